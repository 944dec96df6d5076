import type { Random } from '../../src/support/random.ts';
import { alike, takes } from '../support/cases.ts';
import type { CaseMaker } from '../support/cases.ts';

const shapeOf = (random: Random) =>
  Array.from({ length: random.int(1, 5) }, () => random.int(1, 5));

/** What operators take that move elements and never look at them. */
const ANY = ['int8', 'uint8', 'bool', 'int16', 'float16', 'int32', 'float32', 'int64'];

export const reshape: CaseMaker = (random, operand) => {
  const given = takes(operand, undefined, ANY);
  const shape = given?.shape ?? shapeOf(random);
  const { input, output } = alike(random, shape, { given });
  const rows = [-1, shape.at(-1) ?? 1];
  const others = [[-1], [1, ...rows], [1, -1, 1, 1], [1, 1, ...shape], [1, ...rows, 1], shape];
  const attrs = { shape: given ? random.pick([rows, ...others]) : rows };
  return { op: 'reshape', attrs, inputs: [input], outputs: [output] };
};

export const concat: CaseMaker = (random, operand) => {
  const given = operand?.shape.length === 0 ? undefined : takes(operand, undefined, ANY);
  const shape = given?.shape ?? shapeOf(random);
  const axis = random.int(0, shape.length - 1);
  const { input, output } = alike(random, shape, { given });
  const { dtype, quant } = input;
  const others = Array.from({ length: random.int(1, 3) }, () => ({
    ...{ dtype, ...(quant && { quant }) },
    shape: shape.map((size, i) => (i === axis ? random.int(1, 4) : size)),
  }));
  return { op: 'concat', attrs: { axis }, inputs: [input, ...others], outputs: [output] };
};

export const split: CaseMaker = (random, operand) => {
  const given = operand?.shape.length === 0 ? undefined : takes(operand, undefined, ANY);
  const shape = [...(given?.shape ?? shapeOf(random))];
  const axis = random.int(0, shape.length - 1);
  const parts = random.int(1, 3);
  const even = random.chance(0.7);
  if (!given) shape[axis]! *= parts;
  const whole = shape[axis]!;
  const first = even ? Math.floor(whole / parts) : random.int(1, whole);
  const sizes = even ? Array<number>(parts).fill(first) : [first, whole - first];
  const { input, output } = alike(random, shape, { given });
  return {
    op: 'split',
    attrs: { axis, sizes: sizes.filter((size) => size > 0) },
    inputs: [input],
    outputs: sizes.filter((size) => size > 0).map(() => output),
  };
};

export const pack: CaseMaker = (random, operand) => {
  const given = operand?.shape.length === 6 ? undefined : takes(operand, undefined, ANY);
  const { input, output } = alike(random, given?.shape ?? shapeOf(random), { given });
  const { dtype, shape, quant } = input;
  const other = { dtype, shape, ...(quant && { quant }) };
  const others = Array.from({ length: random.int(0, 3) }, () => other);
  const attrs = { axis: random.int(0, shape.length) };
  return { op: 'pack', attrs, inputs: [input, ...others], outputs: [output] };
};

export const unpack: CaseMaker = (random, operand) => {
  const given = operand?.shape.length === 0 ? undefined : takes(operand, undefined, ANY);
  const { input, output } = alike(random, given?.shape ?? shapeOf(random), { given });
  const axis = random.int(0, input.shape.length - 1);
  const outputs = Array.from({ length: input.shape[axis]! }, () => output);
  return { op: 'unpack', attrs: { axis }, inputs: [input], outputs };
};

export const tile: CaseMaker = (random, operand) => {
  const given = takes(operand, undefined, ANY);
  const { input, output } = alike(random, given?.shape ?? shapeOf(random), { given });
  const rank = Math.min(6, input.shape.length + random.int(0, 1));
  const repeats = Array.from({ length: rank }, () => random.pick([1, 1, 2, 3]));
  return { op: 'tile', attrs: { repeats }, inputs: [input], outputs: [output] };
};

export const mirrorPad: CaseMaker = (random, operand) => {
  const given = takes(operand, undefined, ANY);
  const { input, output } = alike(random, given?.shape ?? shapeOf(random), { given });
  const edge = random.chance(0.5);
  const repeats = random.pick([undefined, undefined, 'end', 'whole'] as const);
  const most = (n: number) => (repeats === 'end' ? 3 : n - (edge || repeats ? 0 : 1));
  const side = () => input.shape.map((n) => random.int(0, Math.min(2, most(n))));
  const attrs = { before: side(), after: side(), edge, ...(repeats && { repeats }) };
  return { op: 'mirror_pad', attrs, inputs: [input], outputs: [output] };
};

function batchBlocks(op: string, toBatch: boolean): CaseMaker {
  return (random) => {
    const block = Array.from({ length: random.int(1, 2) }, () => random.int(1, 3));
    const [before, after] = [0, 1].map(() => block.map(() => random.int(0, 2)));
    // A size that the block divides, with its border.
    const along = block.map((n, i) => {
      const border = before![i]! + after![i]!;
      return n * Math.ceil((border + random.int(1, 4)) / n) - border;
    });
    const batches = random.int(1, 2);
    const cut = along.map((n, i) => (n + before![i]! + after![i]!) / block[i]!);
    const shape = toBatch
      ? [batches, ...along, random.int(1, 3)]
      : [batches * block.reduce((a, b) => a * b, 1), ...cut, random.int(1, 3)];
    const { input, output } = alike(random, shape);
    return { op, attrs: { block, before, after }, inputs: [input], outputs: [output] };
  };
}

export const spaceToBatch = batchBlocks('space_to_batch', true);
export const batchToSpace = batchBlocks('batch_to_space', false);

export const slice: CaseMaker = (random, operand) => {
  const given = takes(operand, undefined, ANY);
  const shape = given?.shape ?? shapeOf(random);
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
    shape: axes.map((a) => a.count).filter((count) => !given || count > 1),
  };
  const { input, output } = alike(random, shape, { given });
  return { op: 'slice', attrs, inputs: [input], outputs: [output] };
};

export const transpose: CaseMaker = (random, operand) => {
  const given = takes(operand, undefined, ANY);
  const shape = given?.shape ?? shapeOf(random);
  const permutation = shape.map((_, axis) => axis);
  for (let i = permutation.length - 1; i > 0; i--) {
    const j = random.int(0, i);
    [permutation[i], permutation[j]] = [permutation[j]!, permutation[i]!];
  }
  const { input, output } = alike(random, shape, { given });
  return { op: 'transpose', attrs: { permutation }, inputs: [input], outputs: [output] };
};

export const pad: CaseMaker = (random, operand) => {
  const given = takes(operand, undefined, ANY);
  const shape = given?.shape ?? shapeOf(random);
  // As before a convolution, now and then: zeros around the rows and columns.
  const spatial = given?.shape.length === 4 && random.chance(0.7);
  const side = () => shape.map((_, axis) => (spatial && axis % 3 === 0 ? 0 : random.int(0, 2)));
  const value = random.chance(0.5) && !spatial && { value: 0.25 };
  const attrs = { before: side(), after: side(), ...value };
  const { input, output } = alike(random, shape, { given });
  return { op: 'pad', attrs, inputs: [input], outputs: [output] };
};

function resize(op: string, dtypes: readonly string[] | undefined): CaseMaker {
  return (random, operand) => {
    const given = takes(operand, 4, dtypes);
    const alignCorners = random.chance(0.4);
    const attrs = {
      height: random.int(1, 12),
      width: random.int(1, 12),
      alignCorners,
      halfPixel: !alignCorners && random.chance(0.5),
    };
    const shape = [random.int(1, 2), random.int(1, 7), random.int(1, 7), random.int(1, 4)];
    const { input, output } = alike(random, shape, { given });
    return { op, attrs, inputs: [input], outputs: [output] };
  };
}

export const resizeNearest = resize('resize_nearest', ANY);
export const resizeBilinear = resize('resize_bilinear', undefined);

function blocks(op: string, sizes: (block: number) => readonly [number, number]): CaseMaker {
  return (random, operand) => {
    const given = takes(operand, 4, ANY);
    const block = random.int(1, 3);
    const [plane, depth] = sizes(block);
    const side = () => random.int(1, 3) * plane;
    const shape = [random.int(1, 2), side(), side(), random.int(1, 3) * depth];
    const { input, output } = alike(random, shape, { given });
    return { op, attrs: { block }, inputs: [input], outputs: [output] };
  };
}

export const depthToSpace = blocks('depth_to_space', (block) => [1, block * block]);
export const spaceToDepth = blocks('space_to_depth', (block) => [block, 1]);
