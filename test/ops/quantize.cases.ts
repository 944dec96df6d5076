import type { DType } from '../../src/ir/types.ts';
import type { Random } from '../../src/support/random.ts';
import { quantization, takes, wideQuantization } from '../support/cases.ts';
import type { CaseMaker, CaseTensor, OpCase } from '../support/cases.ts';

export const quantize: CaseMaker = (random, operand) => {
  const given = takes(operand, undefined, ['int8', 'uint8', 'int16', 'int32', 'float32']);
  if (given ? /16|32$/.test(given.dtype) && given.quant : random.chance(0.4))
    return resized(random, given);
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

// Whole numbers of which at least one side is wider than a byte.
function resized(random: Random, given: CaseTensor | undefined): OpCase {
  const types = ['int8', 'int16', 'int32'] as const;
  const quantOf = (dtype: string) => {
    if (dtype === 'int8') return quantization(random);
    const wide = wideQuantization(random);
    if (dtype === 'int32') return { ...wide, scales: [random.real(1e-9, 1e-6)] };
    return random.chance(0.3) ? { ...wide, zeroPoints: [random.int(-32768, 32767)] } : wide;
  };
  const from = random.chance(0.2) ? 'float32' : random.pick(types);
  const fresh = from === 'float32' ? {} : { quant: quantOf(from) };
  // From 16 bits to as many there is a kernel of its own.
  const to = from === 'int16' && random.chance(0.5) ? from : random.pick(types);
  return {
    op: 'quantize',
    attrs: { rounding: 'double' },
    inputs: [given ?? { dtype: from, shape: [random.int(1, 60)], ...fresh }],
    outputs: [{ dtype: to, quant: quantOf(to) }],
  };
}

export const dequantize: CaseMaker = (random, operand) => {
  const given = takes(operand, undefined, ['int8', 'uint8', 'int16']);
  const dtype = random.pick(['int8', 'uint8', 'int16'] as const);
  const quant =
    dtype === 'int16'
      ? wideQuantization(random)
      : quantization(random, dtype === 'uint8' ? random.int(0, 255) : undefined);
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

const SAME_WIDTH: readonly (readonly DType[])[] = [
  ['float32', 'int32'],
  ['int8', 'uint8'],
];

export const bitcast: CaseMaker = (random, operand) => {
  const plain = operand?.quant || operand?.data ? undefined : operand;
  const group = SAME_WIDTH.find((types) => plain && types.includes(plain.dtype));
  const given = group && plain;
  const types = group ?? random.pick(SAME_WIDTH);
  const input = given ?? { dtype: random.pick(types), shape: [random.int(1, 30)] };
  return { op: 'bitcast', attrs: {}, inputs: [input], outputs: [{ dtype: random.pick(types) }] };
};
