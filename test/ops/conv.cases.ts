import type { Random } from '../../src/support/random.ts';
import { ACTIVATIONS, alike, int16, takes } from '../support/cases.ts';
import type { CaseMaker } from '../support/cases.ts';
import { weighted } from './weighted.ts';

export const conv2d: CaseMaker = (random, operand) => {
  const given = takes(operand, 4);
  const { attrs, plane } = window(random);
  const groups = random.chance(0.15) ? 2 : 1;
  const channels = given ? given.shape[3]! : groups * random.pick([1, 2, 3, 4, 5, 8, 12]);
  const outputs = groups * random.int(1, 9);
  const shape = [random.chance(0.1) ? 2 : 1, ...plane, channels];
  const kernel = [outputs, ...attrs.kernel, Math.ceil(channels / groups)];
  return weighted(random, { op: 'conv2d', attrs, given, shape, kernel, axis: 0, outputs });
};

export const depthwise: CaseMaker = (random, operand) => {
  const given = takes(operand, 4);
  const { attrs, plane } = random.pick([usualWindow, usualWindow, window, window, signal])(random);
  const usual = plane[0]! > 20 ? [2, 4, 5] : [1, 2, 3, 4, 6, 8, 12, 16];
  const channels = given ? given.shape[3]! : random.pick(usual);
  const outputs = channels * random.pick([1, 1, 1, 2, 3]);
  const shape = [random.chance(0.1) ? 2 : 1, ...plane, channels];
  return weighted(random, {
    op: 'depthwise_conv2d',
    attrs,
    given,
    shape,
    kernel: [1, ...attrs.kernel, outputs],
    axis: 3,
    outputs,
  });
};

export const transposeConv2d: CaseMaker = (random, operand) => {
  const given = takes(operand, 4);
  const { attrs, plane } = window(random);
  const { kernel, stride } = attrs;
  const [height, width] = given ? [given.shape[1]!, given.shape[2]!] : (plane as [number, number]);
  const padding = [0, 1, 0, 1].map((axis) => random.int(0, kernel[axis]! - 1));
  const along = (size: number, axis: number) =>
    Math.max(1, (size - 1) * stride[axis]! + kernel[axis]! - padding[axis]! - padding[axis + 2]!);
  const channels = given ? given.shape[3]! : random.int(1, 8);
  const outputs = random.int(1, 6);
  return weighted(random, {
    op: 'transpose_conv2d',
    attrs: {
      ...attrs,
      rounding: random.pick(['double', 'single'] as const),
      ...{ dilation: [1, 1], padding, output: [along(height, 0), along(width, 1)] },
    },
    given,
    shape: [random.chance(0.1) ? 2 : 1, height, width, channels],
    kernel: [outputs, ...kernel, channels],
    ...{ axis: 0, outputs },
  });
};

function pool(op: string): CaseMaker {
  return (random, operand) => {
    const given = takes(operand, 4);
    const { attrs, plane } = window(random, 0.6);
    const rounding = random.pick(['double', 'double', 'single'] as const);
    const flat = { ...attrs, rounding };
    const shape = [random.chance(0.1) ? 2 : 1, ...plane, random.pick([1, 2, 3, 4, 4, 5, 6])];
    const wide = random.chance(0.3) ? int16(random, shape) : undefined;
    const { input, output } = alike(random, shape, { given: given ?? wide, float: 0.45 });
    const attrsOf = input.dtype === 'int16' ? { ...flat, rounding: 'double' } : flat;
    return { op, attrs: attrsOf, inputs: [input], outputs: [output] };
  };
}

export const averagePool = pool('average_pool');
export const maxPool = pool('max_pool');

function window(random: Random, dilated = 0.25) {
  const pair = (most: number) => [random.int(1, most), random.int(1, most)];
  const kernel = random.pick([[1, 1], [3, 3], pair(4), pair(4)]);
  const dilation = random.chance(dilated) ? pair(2) : [1, 1];
  const reach = [0, 1].map((axis) => (kernel[axis]! - 1) * dilation[axis]!);
  const padding = [0, 1, 0, 1].map((axis) => random.int(0, reach[axis]!));
  const plane = [0, 1].map((axis) => reach[axis]! + random.int(1, 6));
  const activation = random.pick(ACTIVATIONS);
  const rounding = random.pick(['double', 'double', 'single', 'float'] as const);
  return { attrs: { kernel, stride: pair(3), dilation, padding, activation, rounding }, plane };
}

// The windows of most depthwise layers: often such that the output has the input's shape, and now
// and then a plane that is gathered in several blocks or tiles.
function usualWindow(random: Random) {
  const { attrs } = window(random);
  const size = random.pick([3, 3, 3, 5, 7]);
  const kernel = random.pick([
    [size, size],
    [size, size],
    [size, size],
    [1, size],
    [size, 1],
  ]);
  const stride = random.chance(0.6) || kernel.includes(1) ? 1 : 2;
  const half = kernel.map((n) => n >> 1);
  const large = random.chance(0.15);
  return {
    attrs: {
      ...attrs,
      ...{ kernel, stride: [stride, stride], dilation: [1, 1] },
      padding: random.chance(0.6)
        ? [...half, ...half]
        : attrs.padding.map((p, side) => Math.min(p, kernel[side & 1]! - 1)),
    },
    plane: large
      ? [random.int(24, 40), random.int(40, 60)]
      : kernel.map((n) => Math.max(n, random.int(1, 14))),
  };
}

// Windows along the one row or the one column of a signal, at times of several tiles.
function signal(random: Random) {
  const { attrs } = window(random);
  const size = random.pick([2, 3, 3, 5, 5, 7, 9, 9, 11, 16]);
  const stride = random.pick([1, 1, 2]);
  const dilation = random.pick([1, 1, 1, 2, 4]);
  const reach = (size - 1) * dilation;
  const before = random.int(0, reach);
  const after = random.pick([0, reach - before, random.int(0, reach)]);
  const length = reach + random.int(1, random.pick([8, 40, 40, 300]));
  const turned = random.chance(0.5);
  const pair = (along: number, across: number) => (turned ? [across, along] : [along, across]);
  const steps = { stride: pair(stride, random.int(1, 2)), dilation: pair(dilation, 1) };
  const padding = [...pair(before, 0), ...pair(after, 0)];
  return {
    attrs: { ...attrs, ...steps, kernel: pair(size, 1), padding },
    plane: pair(length, 1),
  };
}
