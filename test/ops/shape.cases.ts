import type { Random } from '../../src/support/random.ts';
import { float32, int8, quantization } from '../support/cases.ts';
import type { CaseMaker, CaseTensor, OpCase } from '../support/cases.ts';

// An input of either type, and the output type that copies it.
function alike(
  random: Random,
  shape: readonly number[],
): { input: CaseTensor; output: OpCase['outputs'][0] } {
  if (random.chance(0.4)) return { input: float32(shape), output: { dtype: 'float32' } };
  const quant = quantization(random);
  return { input: int8(random, shape, quant), output: { dtype: 'int8', quant } };
}

const shapeOf = (random: Random, rank = random.int(1, 5)) =>
  Array.from({ length: rank }, () => random.int(1, 5));

export const reshape: CaseMaker = (random) => {
  const shape = shapeOf(random);
  const { input, output } = alike(random, shape);
  return {
    op: 'reshape',
    attrs: { shape: [-1, shape.at(-1)!] },
    inputs: [input],
    outputs: [output],
  };
};

export const concat: CaseMaker = (random) => {
  const shape = shapeOf(random);
  const axis = random.int(0, shape.length - 1);
  const { input, output } = alike(random, shape);
  const others = Array.from({ length: random.int(1, 3) }, () => ({
    ...input,
    shape: shape.map((size, i) => (i === axis ? random.int(1, 4) : size)),
  }));
  return { op: 'concat', attrs: { axis }, inputs: [input, ...others], outputs: [output] };
};

export const split: CaseMaker = (random) => {
  const parts = random.int(1, 3);
  const shape = shapeOf(random);
  const axis = random.int(0, shape.length - 1);
  shape[axis]! *= parts;
  const { input, output } = alike(random, shape);
  return {
    op: 'split',
    attrs: { axis, parts },
    inputs: [input],
    outputs: Array.from({ length: parts }, () => output),
  };
};

export const slice: CaseMaker = (random) => {
  const shape = shapeOf(random);
  const axes = shape.map((size) => {
    const step = random.pick([1, 1, 2, -1, -2]);
    const start = random.int(0, size - 1);
    const room = step > 0 ? size - 1 - start : start;
    return { start, step, count: random.int(1, Math.floor(room / Math.abs(step)) + 1) };
  });
  const attrs = {
    start: axes.map((a) => a.start),
    step: axes.map((a) => a.step),
    count: axes.map((a) => a.count),
    shape: axes.map((a) => a.count),
  };
  const { input, output } = alike(random, shape);
  return { op: 'slice', attrs, inputs: [input], outputs: [output] };
};

export const transpose: CaseMaker = (random) => {
  const shape = shapeOf(random);
  const permutation = shape.map((_, axis) => axis);
  for (let i = permutation.length - 1; i > 0; i--) {
    const j = random.int(0, i);
    [permutation[i], permutation[j]] = [permutation[j]!, permutation[i]!];
  }
  const { input, output } = alike(random, shape);
  return { op: 'transpose', attrs: { permutation }, inputs: [input], outputs: [output] };
};

export const pad: CaseMaker = (random) => {
  const shape = shapeOf(random);
  const side = () => shape.map(() => random.int(0, 2));
  const attrs = { before: side(), after: side(), ...(random.chance(0.5) && { value: 0.25 }) };
  const { input, output } = alike(random, shape);
  return { op: 'pad', attrs, inputs: [input], outputs: [output] };
};

function resize(op: string): CaseMaker {
  return (random) => {
    const alignCorners = random.chance(0.4);
    const attrs = {
      height: random.int(1, 12),
      width: random.int(1, 12),
      alignCorners,
      halfPixel: !alignCorners && random.chance(0.5),
    };
    const { input, output } = alike(random, [
      random.int(1, 2),
      random.int(1, 7),
      random.int(1, 7),
      random.int(1, 4),
    ]);
    return { op, attrs, inputs: [input], outputs: [output] };
  };
}

export const resizeNearest = resize('resize_nearest');
export const resizeBilinear = resize('resize_bilinear');

function blocks(op: string, sizes: (block: number) => readonly [number, number]): CaseMaker {
  return (random) => {
    const block = random.int(1, 3);
    const [plane, depth] = sizes(block);
    const side = () => random.int(1, 3) * plane;
    const shape = [random.int(1, 2), side(), side(), random.int(1, 3) * depth];
    const { input, output } = alike(random, shape);
    return { op, attrs: { block }, inputs: [input], outputs: [output] };
  };
}

export const depthToSpace = blocks('depth_to_space', (block) => [1, block * block]);
export const spaceToDepth = blocks('space_to_depth', (block) => [block, 1]);
