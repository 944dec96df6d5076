import type { TypedNode } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { ROUNDING_AXIS } from '../requantize.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { constantsOf } from './mean-constants.ts';
import type { MeanAttrs } from './mean-constants.ts';

const MEAN_PLANE = struct(
  'nn_mean_plane',
  'Mean over the middle of [outer, count, inner]; the count is folded into the multiplier.',
  {
    outer: 'int32_t',
    count: 'int32_t',
    inner: 'int32_t',
    offset: 'int32_t',
    multiplier: 'int32_t',
    shift: 'int32_t',
    zero: 'int32_t',
  },
);

const units = unitFamily({
  name: 'nn_mean_plane_s8',
  template: 'reduce/mean-plane-s8',
  headers: ['nn_words.h'],
  struct: MEAN_PLANE,
  parameters: 'const int8_t *input, int8_t *output',
  axes: { rounding: ROUNDING_AXIS },
});

/** Mean over axes that lie side by side, before a multiple of four elements: the global mean. */
export const meanPlaneKernel: Kernel<MeanAttrs> = {
  name: 'mean_plane_s8_c',
  units: [units],
  reject(node) {
    if (node.outputs[0]!.dtype !== 'int8') return 'takes int8';
    if (node.attrs.rounding === 'float') return 'rounds in fixed point';
    const plane = planeOf(node);
    if (!plane) return 'the axes do not lie side by side';
    return plane.inner % 4 === 0 ? undefined : 'takes a multiple of 4 elements behind the axes';
  },
  cost: (node) =>
    plainCost({ words: elements(node.inputs[0]!) / 4, outputs: elements(node.outputs[0]!) }, [
      unitOf(node),
    ]),
  code(node) {
    const { offset, by, zero } = constantsOf(node);
    const fields = { ...planeOf(node)!, offset, multiplier: by.multiplier, shift: by.shift, zero };
    return [call(unitOf(node), fields)];
  },
};

function unitOf({ attrs: { rounding } }: TypedNode<MeanAttrs>) {
  return units({ rounding: rounding === 'single' ? 'single' : 'double' });
}

// The input as [outer, count, inner], the mean going over `count`.
function planeOf({ attrs, inputs }: TypedNode<MeanAttrs>) {
  const { shape } = inputs[0]!;
  const axes = [...new Set(attrs.axes)].sort((a, b) => a - b);
  const [first] = axes;
  if (first === undefined || axes.some((axis, i) => axis !== first + i)) return undefined;
  const end = first + axes.length;
  return {
    outer: product(shape.slice(0, first)),
    count: product(shape.slice(first, end)),
    inner: product(shape.slice(end)),
  };
}
