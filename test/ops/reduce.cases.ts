import type { DType } from '../../src/ir/types.ts';
import { folds as OPS } from '../../src/ops/reduce/fold.ts';
import type { Random } from '../../src/support/random.ts';
import { float32, int16, int8, quantization, takes, wideQuantization } from '../support/cases.ts';
import type { CaseMaker, CaseTensor } from '../support/cases.ts';

const ORDERED: readonly DType[] = ['float32', 'int8', 'int16', 'int32'];

const shapeOf = (random: Random) =>
  Array.from({ length: random.int(1, 5) }, () => random.int(1, 5));

function typed(random: Random, dtype: DType) {
  return { dtype, ...(dtype === 'int8' && { quant: quantization(random) }) };
}

function fold(op: string): CaseMaker {
  const types = op.endsWith('l') || op.endsWith('any') ? (['bool'] as const) : ORDERED;
  return (random, operand) => {
    const given = takes(operand, undefined, types);
    const input = given ?? { ...typed(random, random.pick(types)), shape: shapeOf(random) };
    const axes = input.shape.flatMap((_, axis) => (random.chance(0.5) ? [axis] : []));
    const { dtype, quant } = input;
    const attrs = { axes, keepDims: random.chance(0.5) };
    return { op, attrs, inputs: [input], outputs: [{ dtype, ...(quant && { quant }) }] };
  };
}

export const folds = Object.fromEntries(OPS.map(({ name }) => [name, fold(name)]));

function arg(op: string): CaseMaker {
  return (random, operand) => {
    const given = operand?.shape.length === 0 ? undefined : takes(operand, undefined, ORDERED);
    const input: CaseTensor = given ?? {
      ...typed(random, random.pick(ORDERED)),
      shape: shapeOf(random),
    };
    const attrs = { axis: random.int(0, input.shape.length - 1) };
    return { op, attrs, inputs: [input], outputs: [{ dtype: random.pick(['int32', 'int64']) }] };
  };
}

export const argMax = arg('arg_max');
export const argMin = arg('arg_min');

function average(op: string): CaseMaker {
  return (random, operand) => {
    const given = takes(operand);
    const fresh = () => Array.from({ length: random.int(1, 5) }, () => random.int(1, 5));
    const shape = given?.shape ?? fresh();
    const axes = shape.flatMap((_, axis) => (random.chance(0.5) ? [axis] : []));
    const attrs = {
      axes: axes.length === 0 && !given ? [0] : axes,
      keepDims: !given || random.chance(0.5),
      rounding: random.pick(['double', 'single', 'float'] as const),
    };
    if (given ? given.dtype === 'float32' : random.chance(0.3))
      return {
        op,
        attrs,
        inputs: [given ?? float32(shape)],
        outputs: [{ dtype: 'float32' }],
      };
    if (!given && random.chance(0.25))
      return {
        op,
        attrs: { ...attrs, rounding: 'double' },
        inputs: [int16(random, shape)],
        outputs: [{ dtype: 'int16', quant: wideQuantization(random) }],
      };
    return {
      op,
      attrs,
      inputs: [given ?? int8(random, shape)],
      outputs: [{ dtype: 'int8', quant: quantization(random) }],
    };
  };
}

export const mean = average('mean');
export const sum = average('sum');
