import { elementaryFunctions } from '../../src/ops/activation/functions.ts';
import { combinations } from '../../src/ops/elementwise/combinations.ts';
import type { DType, Quantization } from '../../src/ir/types.ts';
import type { Random } from '../../src/support/random.ts';
import {
  ACTIVATIONS,
  float32,
  floatWeights,
  int8,
  quantization,
  takes,
  weights,
} from '../support/cases.ts';
import type { CaseMaker, CaseTensor, OpCase } from '../support/cases.ts';

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

function binary(op: string): CaseMaker {
  return (random, operand) => {
    const given = takes(operand, undefined, ['int8', 'float32', 'int32']);
    const [a, b] = shapes(random, given);
    const attrs = {
      activation: random.pick(ACTIVATIONS),
      rounding: random.pick(['double', 'single'] as const),
    };
    if (given ? given.dtype === 'float32' : random.chance(0.3)) {
      const second = random.chance(0.4) ? floatWeights(random, b) : float32(b);
      return { op, attrs, inputs: [given ?? float32(a), second], outputs: [{ dtype: 'float32' }] };
    }
    if (given?.dtype === 'int32' || (!given && random.chance(0.2))) {
      const whole = (shape: readonly number[]): CaseTensor => ({ dtype: 'int32', shape });
      return { op, attrs, inputs: [given ?? whole(a), whole(b)], outputs: [{ dtype: 'int32' }] };
    }
    const second = random.chance(0.4) ? constant(random, b) : int8(random, b);
    return {
      op,
      attrs,
      inputs: [given ?? int8(random, a), second],
      outputs: [{ dtype: 'int8', quant: quantization(random) }],
    };
  };
}

const constant = (random: Random, shape: readonly number[]) => ({
  ...weights(random, shape, 0),
  quant: quantization(random),
});

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

const TYPES: Readonly<Record<string, readonly DType[]>> = {
  equal: ['bool', ...COMPARED],
  not_equal: ['bool', ...COMPARED],
  logical_and: ['bool'],
  logical_or: ['bool'],
  floor_div: ['float32', 'int32'],
  floor_mod: ['float32', 'int32'],
  pow: ['float32', 'int32'],
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

function unary(
  op: string,
  attrs: (random: Random) => object,
  fixed?: { scale: number; zeroPoint: number },
): CaseMaker {
  return (random, operand): OpCase => {
    const given = takes(operand);
    const shape = given?.shape ?? [random.int(1, 4), random.int(1, 70)];
    if (given ? given.dtype === 'float32' : random.chance(0.35))
      return {
        op,
        attrs: attrs(random),
        inputs: [given ?? float32(shape)],
        outputs: [{ dtype: 'float32' }],
      };
    const quant = fixed
      ? { scales: [fixed.scale], zeroPoints: [fixed.zeroPoint], axis: 0 }
      : (sameNow(random, given) ?? quantization(random));
    return {
      op,
      attrs: attrs(random),
      inputs: [given ?? int8(random, shape)],
      outputs: [{ dtype: 'int8', quant }],
    };
  };
}

// A given tensor's own quantization, half of the times: a clamp can be fused then.
function sameNow(random: Random, given: CaseTensor | undefined): Quantization | undefined {
  return given && random.chance(0.5) ? given.quant : undefined;
}

const rounding = (random: Random) => random.pick(['double', 'single'] as const);

/** Functions that have neither attributes nor a fixed output. */
export const functions = Object.fromEntries(
  elementaryFunctions.map(({ name }) => [name, unary(name, () => ({}))]),
);

export const relu = unary('relu', (random) => ({
  activation: random.pick(ACTIVATIONS),
  rounding: rounding(random),
}));
export const leakyRelu = unary('leaky_relu', (random) => ({
  alpha: Math.fround(random.real(-0.5, 0.9)),
  rounding: rounding(random),
}));
export const clip = unary('clip', (random) => {
  const low = random.pick([-Infinity, 0, Math.fround(random.real(-3, 1))]);
  return { low, high: random.pick([Infinity, 20, Math.fround(low > -4 ? low + 2 : 0)]) };
});
export const logistic = unary('logistic', () => ({}), { scale: 1 / 256, zeroPoint: -128 });
export const tanh = unary('tanh', () => ({}), { scale: 1 / 128, zeroPoint: 0 });

// Its output's scale has to be near its input's.
export const hardSwish: CaseMaker = (random, given) => {
  const made = unary('hard_swish', () => ({}))(random, given);
  if (made.outputs[0]!.dtype === 'float32') return made;
  const scale = Math.fround(made.inputs[0]!.quant!.scales[0]! * random.real(0.5, 2));
  return {
    ...made,
    outputs: [
      { dtype: 'int8', quant: { scales: [scale], zeroPoints: [random.int(-128, 127)], axis: 0 } },
    ],
  };
};

export const softmax: CaseMaker = (random, given) => {
  const arithmetic = random.pick(['fixed', 'float'] as const);
  return unary('softmax', () => ({ beta: random.pick([1, 1, 0.5]), arithmetic }), {
    scale: 1 / 256,
    zeroPoint: -128,
  })(random, given);
};

export const logSoftmax = unary('log_softmax', () => ({}), { scale: 16 / 256, zeroPoint: 127 });

export const quantize: CaseMaker = (random, operand) => {
  const given = takes(operand, undefined, ['int8', 'uint8', 'float32']);
  const shape = [random.int(1, 3), random.int(1, 40)];
  const byte = (): 'int8' | 'uint8' => random.pick(['int8', 'uint8'] as const);
  const from = random.pick(['float32', byte(), byte()] as const);
  const to = byte();
  const unsigned = (dtype: string) =>
    dtype === 'uint8' ? random.int(0, 255) : random.int(-128, 127);
  const fresh: CaseTensor = {
    dtype: from,
    shape,
    ...(from !== 'float32' && { quant: quantization(random, unsigned(from)) }),
  };
  const input = given ?? fresh;
  const flips = input.quant && input.dtype !== to && random.chance(0.5);
  const zeroPoint = (input.quant?.zeroPoints[0] ?? 0) + (to === 'uint8' ? 128 : -128);
  const quant = flips
    ? { ...input.quant, zeroPoints: [zeroPoint] }
    : quantization(random, unsigned(to));
  return {
    op: 'quantize',
    attrs: { rounding: random.pick(['double', 'single', 'float'] as const) },
    inputs: [input],
    outputs: [{ dtype: to, quant }],
  };
};

export const dequantize: CaseMaker = (random, operand) => {
  const given = takes(operand, undefined, ['int8', 'uint8']);
  const dtype = random.pick(['int8', 'uint8'] as const);
  const quant = quantization(random, dtype === 'uint8' ? random.int(0, 255) : undefined);
  return {
    op: 'dequantize',
    attrs: {},
    inputs: [given ?? { dtype, shape: [random.int(1, 50)], quant }],
    outputs: [{ dtype: 'float32' }],
  };
};

const WHOLE: readonly DType[] = ['bool', 'int8', 'uint8', 'int16', 'int32', 'int64'];

export const cast: CaseMaker = (random, operand) => {
  const given = operand?.quant
    ? undefined
    : takes(operand, undefined, ['float32', 'int32', 'bool']);
  const [one, other] = [random.pick(['float32', 'int32'] as const), random.pick(WHOLE)];
  const dtype = given?.dtype ?? (random.chance(0.5) ? one : other);
  const shape = [random.int(1, 3), random.int(1, 40)];
  const output = dtype === 'float32' || dtype === 'int32' ? other : one;
  return {
    op: 'cast',
    attrs: {},
    inputs: [given ?? { dtype, shape }],
    outputs: [{ dtype: output }],
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
