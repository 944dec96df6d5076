import type { TypedNode, Value } from '../../ir/types.ts';
import { activations, emptyValue, floats } from '../../ir/values.ts';
import { clamp } from '../../support/fixed-point.ts';
import { clampRange } from '../activation/clamp.ts';
import type { PoolAttrs } from './pool.ts';

type Pool = TypedNode<PoolAttrs>;

/** Source: reference/integer_ops/pooling.h and reference/pooling.h, AveragePool. */
export function evaluateAverage(node: Pool, [x]: readonly (Value | undefined)[]): Value[] {
  const up = node.attrs.rounding === 'single';
  if (x!.type.dtype === 'float32') {
    const input = floats(x);
    return pool(node, (taps) => {
      let sum = 0;
      for (const tap of taps) sum = Math.fround(sum + input[tap]!);
      return Math.fround(sum / taps.length);
    });
  }
  const input = activations(x);
  return pool(node, (taps) => {
    let sum = 0;
    for (const tap of taps) sum += input[tap]!;
    const half = taps.length >> 1;
    if (up) return Math.floor((sum + half) / taps.length);
    return Math.trunc((sum > 0 ? sum + half : sum - half) / taps.length);
  });
}

/** Source: reference/integer_ops/pooling.h and reference/pooling.h, MaxPool. */
export function evaluateMax(node: Pool, [x]: readonly (Value | undefined)[]): Value[] {
  const input = x!.data as Int8Array | Float32Array;
  return pool(node, (taps) => {
    let most = -Infinity;
    for (const tap of taps) if (input[tap]! > most) most = input[tap]!;
    return most;
  });
}

// Calls `reduce` with the positions, inside the input, of each output's window.
function pool(node: Pool, reduce: (taps: readonly number[]) => number): Value[] {
  const { kernel, stride, dilation, padding, activation } = node.attrs;
  const [batches = 0, inHeight = 0, inWidth = 0, channels = 0] = node.inputs[0]!.shape;
  const output = emptyValue(node.outputs[0]!);
  const out = output.data as Int8Array | Float32Array;
  const [, outHeight = 0, outWidth = 0] = output.type.shape;
  const [low, high] = clampRange(activation, output.type);
  let to = 0;
  for (let n = 0; n < batches; n++)
    for (let y = 0; y < outHeight; y++)
      for (let x = 0; x < outWidth; x++)
        for (let c = 0; c < channels; c++) {
          const taps: number[] = [];
          for (let ky = 0; ky < kernel[0]; ky++) {
            const inY = y * stride[0] - padding[0] + ky * dilation[0];
            if (inY < 0 || inY >= inHeight) continue;
            for (let kx = 0; kx < kernel[1]; kx++) {
              const inX = x * stride[1] - padding[1] + kx * dilation[1];
              if (inX < 0 || inX >= inWidth) continue;
              taps.push(((n * inHeight + inY) * inWidth + inX) * channels + c);
            }
          }
          out[to++] = clamp(reduce(taps), low, high);
        }
  return [output];
}
