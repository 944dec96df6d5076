import { combinations } from '../../src/ops/elementwise/combinations.ts';
import type { DType } from '../../src/ir/types.ts';
import type { Random } from '../../src/support/random.ts';
import {
  ACTIVATIONS,
  float32,
  floatWeights,
  int16,
  int8,
  quantization,
  takes,
  weights,
  wideQuantization,
} from '../support/cases.ts';
import type { CaseMaker, CaseTensor } from '../support/cases.ts';

// Two shapes that broadcast: equal, a scalar, a channel vector, a plane, or none of these.
function shapes(random: Random, given?: CaseTensor): [readonly number[], readonly number[]] {
  const fresh = () => Array.from({ length: random.int(1, 4) }, () => random.int(1, 5));
  const shape = given?.shape ?? fresh();
  const other = random.pick([
    () => shape,
    () => [1],
    () => shape.slice(-1),
    () => shape.map((size, i) => (i === 0 ? 1 : size)),
    () => shape.map((size) => (random.chance(0.5) ? 1 : size)),
  ])();
  return given || random.chance(0.5) ? [shape, other] : [other, shape];
}

const WHOLE: readonly DType[] = ['int32', 'int64'];

function binary(op: string): CaseMaker {
  return (random, operand) => {
    const given = takes(operand, undefined, ['int8', 'int16', 'float32', ...WHOLE]);
    const [a, b] = shapes(random, given);
    const attrs = {
      activation: random.pick(ACTIVATIONS),
      rounding: random.pick(['double', 'single'] as const),
    };
    if (given ? given.dtype === 'float32' : random.chance(0.3)) {
      const second = random.chance(0.4) ? floatWeights(random, b) : float32(b);
      return { op, attrs, inputs: [given ?? float32(a), second], outputs: [{ dtype: 'float32' }] };
    }
    if (given ? WHOLE.includes(given.dtype) : random.chance(0.25)) {
      const dtype = given?.dtype ?? random.pick(WHOLE);
      const whole = (shape: readonly number[]): CaseTensor => ({ dtype, shape });
      const plain = dtype === 'int64' ? { ...attrs, activation: 'none' } : attrs;
      return { op, attrs: plain, inputs: [given ?? whole(a), whole(b)], outputs: [{ dtype }] };
    }
    if (given ? given.dtype === 'int16' : random.chance(0.2))
      return {
        op,
        attrs: { ...attrs, rounding: 'double' },
        inputs: [given ?? int16(random, a), int16(random, b)],
        outputs: [{ dtype: 'int16', quant: wideQuantization(random) }],
      };
    const second = random.chance(0.4) ? constant(random, b) : int8(random, b);
    return {
      op,
      attrs,
      inputs: [given ?? int8(random, a), second],
      outputs: [{ dtype: 'int8', quant: quantization(random) }],
    };
  };
}

// Now and then of a scale of 0, as converters write zeros.
const constant = (random: Random, shape: readonly number[]) => {
  const quant = quantization(random);
  const zeros = random.chance(0.1) && { scales: [0] };
  return { ...weights(random, shape, 0), quant: { ...quant, ...zeros } };
};

export const add = binary('add');
export const sub = binary('sub');
export const mul = binary('mul');
export const div = binary('div');
export const squaredDifference = binary('squared_difference');

const COMPARED = ['float32', 'int8', 'int16', 'int32', 'int64'] as const;

// Operands of one type, quantized alike or, where truth values come out, otherwise.
function combination(op: string): CaseMaker {
  const types = TYPES[op] ?? COMPARED;
  return (random, operand) => {
    const given = takes(operand, undefined, types);
    const [a, b] = shapes(random, given);
    const dtype = given?.dtype ?? random.pick(types);
    const quant = given ? given.quant : dtype === 'int8' ? quantization(random) : undefined;
    const type = { dtype, ...(quant && { quant }) };
    const truth = /equal|less|logical/.test(op);
    const other =
      truth && quant && random.chance(0.5) ? { dtype, quant: quantization(random) } : type;
    const inputs = [given ?? { ...type, shape: a }, { ...other, shape: b }];
    return { op, attrs: {}, inputs, outputs: [truth ? { dtype: 'bool' } : type] };
  };
}

const BITS: readonly DType[] = ['bool', 'uint8', 'int8', 'int16', 'int32', 'int64'];

const TYPES: Readonly<Record<string, readonly DType[]>> = {
  equal: ['bool', ...COMPARED],
  not_equal: ['bool', ...COMPARED],
  logical_and: ['bool'],
  logical_or: ['bool'],
  floor_div: ['float32', 'int32', 'int64'],
  floor_mod: ['float32', 'int32', 'int64'],
  pow: ['float32', 'int32'],
  atan2: ['float32'],
  ...{ bitwise_and: BITS, bitwise_or: BITS, bitwise_xor: BITS },
  shift_right: ['int8', 'int16', 'int32'],
};

/** Operators of two operands without attributes. */
export const combinationMakers = Object.fromEntries(
  combinations.map(({ name }) => [name, combination(name)]),
);

export const prelu: CaseMaker = (random, operand) => {
  const given = takes(operand);
  const shape = given?.shape ?? [1, random.int(1, 4), random.int(1, 4), random.int(1, 6)];
  const slope = random.pick([shape.slice(-1), shape.length > 3 ? [1, 1, shape[3]!] : [1], [1]]);
  const attrs = { activation: 'none', rounding: 'double' };
  if (given ? given.dtype === 'float32' : random.chance(0.3)) {
    return {
      op: 'prelu',
      attrs,
      inputs: [given ?? float32(shape), floatWeights(random, slope)],
      outputs: [{ dtype: 'float32' }],
    };
  }
  return {
    op: 'prelu',
    attrs,
    inputs: [given ?? int8(random, shape), constant(random, slope)],
    outputs: [{ dtype: 'int8', quant: quantization(random) }],
  };
};

const ANY: readonly DType[] = ['int8', 'bool', 'int16', 'int32', 'float32', 'int64'];

export const select: CaseMaker = (random, operand) => {
  const given = takes(operand, undefined, ['bool']);
  const [a, b] = shapes(random, given);
  const dtype = random.pick(ANY);
  const type = { dtype, ...(dtype === 'int8' && { quant: quantization(random) }) };
  const third = random.chance(0.5) ? a : [1];
  const condition: CaseTensor = given ?? { dtype: 'bool', shape: a };
  const values = [
    { ...type, shape: b },
    { ...type, shape: third },
  ];
  return { op: 'select', attrs: {}, inputs: [condition, ...values], outputs: [type] };
};

export const logicalNot: CaseMaker = (random, operand) => {
  const given = takes(operand, undefined, ['bool']);
  const input: CaseTensor = given ?? { dtype: 'bool', shape: [random.int(1, 70)] };
  return { op: 'logical_not', attrs: {}, inputs: [input], outputs: [{ dtype: 'bool' }] };
};
