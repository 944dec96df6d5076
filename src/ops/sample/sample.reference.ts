import type { Value } from '../../ir/types.ts';
import { emptyValue, floats } from '../../ir/values.ts';
import { strides } from '../shape/strided.ts';
import { sizesOf } from './sample-node.ts';
import type { SampleNode } from './sample-node.ts';
import { tapsAt } from './taps.ts';

const f = Math.fround;

/** Sums of weighted pixels, the last axis innermost; weights of 0 and what lies beyond zeros are left out. */
export function evaluateSample(node: SampleNode, [x, p]: readonly (Value | undefined)[]): Value[] {
  const output = emptyValue(node.outputs[0]!);
  const [values, positions, out] = [floats(x), floats(p), floats(output)];
  const { batches, points, channels, sizes } = sizesOf(node);
  const steps = strides([...sizes, channels]);
  const image = sizes[0]! * steps[0]!;
  for (let point = 0; point < batches * points; point++) {
    const at = positions.subarray(point * sizes.length, (point + 1) * sizes.length);
    const axes = sizes.map((size, i) => tapsAt(at[sizes.length - 1 - i]!, size, node.attrs));
    const start = Math.floor(point / points) * image;
    const add = (axis: number, from: number, weight: number): void => {
      if (axis < sizes.length) {
        for (const tap of axes[axis]!)
          if (tap.pixel !== undefined)
            add(axis + 1, from + tap.pixel * steps[axis]!, f(weight * tap.weight));
      } else if (weight !== 0) {
        for (let c = 0; c < channels; c++) {
          const to = point * channels + c;
          out[to] = f(out[to]! + f(weight * values[from + c]!));
        }
      }
    };
    add(0, start, 1);
  }
  return [output];
}
