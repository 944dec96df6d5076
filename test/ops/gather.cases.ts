import type { Random } from '../../src/support/random.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { alike, takes } from '../support/cases.ts';
import type { CaseMaker, CaseTensor } from '../support/cases.ts';

/** What operators take that move elements and never look at them. */
const ANY = ['int8', 'uint8', 'bool', 'int16', 'float16', 'int32', 'float32', 'int64'];

const shapeOf = (random: Random) =>
  Array.from({ length: random.int(1, 4) }, () => random.int(1, 5));

// Computed indices, which may be any number, or constants.
function indices(random: Random, shape: readonly number[], most: number): CaseTensor {
  if (random.chance(0.4)) return { dtype: 'int32', shape };
  const count = shape.reduce((a, b) => a * b, 1);
  const data = bytesOf(Int32Array.from({ length: count }, () => random.int(0, most)));
  return { dtype: 'int32', shape, data };
}

export const gather: CaseMaker = (random, operand) => {
  const given = operand?.shape.length === 0 ? undefined : takes(operand, undefined, ANY);
  const { input, output } = alike(random, given?.shape ?? shapeOf(random), { given });
  const axis = random.int(0, input.shape.length - 1);
  const batchDims = random.chance(0.3) ? random.int(0, axis) : 0;
  const free = Array.from({ length: random.int(0, 2) }, () => random.int(1, 3));
  const places = [...input.shape.slice(0, batchDims), ...free];
  const attrs = { axis, batchDims };
  const second = indices(random, places, input.shape[axis]! - 1);
  return { op: 'gather', attrs, inputs: [input, second], outputs: [output] };
};

export const gatherNd: CaseMaker = (random, operand) => {
  const given = operand?.shape.length === 0 ? undefined : takes(operand, undefined, ANY);
  const { input, output } = alike(random, given?.shape ?? shapeOf(random), { given });
  const depth = random.int(1, input.shape.length);
  const places = [...Array.from({ length: random.int(0, 2) }, () => random.int(1, 3)), depth];
  const second = indices(random, places, Math.min(...input.shape) - 1);
  return { op: 'gather_nd', attrs: {}, inputs: [input, second], outputs: [output] };
};

const REDUCTIONS = ['none', 'add', 'mul', 'max', 'min'] as const;

// Places once more than others, and beyond an end.
export const scatterNd: CaseMaker = (random, operand) => {
  const reduction = random.chance(0.4) ? 'none' : random.pick(REDUCTIONS);
  const types = reduction === 'none' ? ANY.filter((type) => type !== 'float16') : FOLDED;
  const given = operand?.shape.length === 0 ? undefined : takes(operand, undefined, types);
  const plain: CaseTensor = { dtype: random.pick(FOLDED), shape: shapeOf(random) };
  const moved = reduction === 'none' ? alike(random, shapeOf(random)).input : plain;
  const values: CaseTensor = given ?? moved;
  const { shape, dtype, quant } = values;
  const depth = random.int(1, shape.length);
  const places = Array.from({ length: random.int(0, 2) }, () => random.int(1, 3));
  const second = indices(random, [...places, depth], Math.min(...shape));
  const updates = { dtype, shape: [...places, ...shape.slice(depth)], ...(quant && { quant }) };
  const output = { dtype, ...(quant && { quant }) };
  const inputs = [values, second, updates];
  return { op: 'scatter_nd', attrs: { reduction }, inputs, outputs: [output] };
};

const FOLDED = ['float32', 'int32'] as const;
const ORDERED = ['float32', 'int8', 'uint8', 'int16', 'int32', 'int64'] as const;

export const topK: CaseMaker = (random, operand) => {
  const given = operand?.shape.length === 0 ? undefined : takes(operand, undefined, ORDERED);
  const input: CaseTensor = given ?? { dtype: random.pick(ORDERED), shape: shapeOf(random) };
  const axis = random.int(0, input.shape.length - 1);
  const attrs = { axis, k: random.int(1, input.shape[axis]!), largest: random.chance(0.5) };
  const values = { dtype: input.dtype, ...(input.quant && { quant: input.quant }) };
  return { op: 'top_k', attrs, inputs: [input], outputs: [values, { dtype: 'int32' }] };
};
