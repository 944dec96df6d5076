import type { DType, TensorType, TypedNode } from '../../ir/types.ts';
import { elements, perTensor } from '../../ir/types.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import type { QuantizeAttrs } from './quantize.ts';

const QUANTIZE = struct('nn_quantize', 'real = scale * (stored - zero)', {
  count: 'int32_t',
  zero: 'int32_t',
  scale: 'float',
});

const TYPES = { int8: 's8', uint8: 'u8', int16: 's16' } as const;

const flipUnits = unitFamily({
  name: 'nn_flip',
  template: 'quantize/flip',
  struct: QUANTIZE,
  parameters: 'const void *input, void *output',
});

/** uint8 and int8 of one scale, 128 apart: the top bit flips. */
export const flipKernel: Kernel<QuantizeAttrs> = {
  name: 'quantize_flip_c',
  units: [flipUnits],
  reject({ inputs, outputs }) {
    const [from, to] = [inputs[0]!, outputs[0]!];
    if (from.dtype === 'float32' || from.dtype === to.dtype) return 'takes uint8 to int8 or back';
    const [a, b] = [perTensor(from), perTensor(to)];
    const shift = from.dtype === 'uint8' ? -128 : 128;
    return a.scale === b.scale && b.zeroPoint - a.zeroPoint === shift
      ? undefined
      : 'takes one scale and zero points 128 apart';
  },
  cost: (node) => costOf(node, flipUnits({})),
  code: (node) => [call(flipUnits({}), { count: elements(node.outputs[0]!), zero: 0, scale: 0 })],
  inPlace: [0],
};

/** float32 to 8 or 16 bits, halves away from zero. */
export const floatKernel = quantizeKernel('quantize_f32_c', false);

/** float32 to 8 bits, halves to even. */
export const evenKernel = quantizeKernel('quantize_even_f32_c', true);

function quantizeKernel(name: string, even: boolean): Kernel<QuantizeAttrs> {
  const dtypes = even ? (['int8', 'uint8'] as const) : (['int8', 'uint8', 'int16'] as const);
  const families = new Map<DType, ReturnType<typeof quantizeUnits>>(
    dtypes.map((dtype) => [dtype, quantizeUnits(dtype, even)]),
  );
  const unitOf = ({ dtype }: TensorType) => families.get(dtype)!({});
  return {
    name,
    units: [...families.values()],
    reject({ attrs, inputs }) {
      if (inputs[0]!.dtype !== 'float32') return 'takes float32';
      if ((attrs.rounding === 'float') === even) return undefined;
      return even ? 'rounds halves to even' : 'rounds halves away from zero';
    },
    cost: (node) => costOf(node, unitOf(node.outputs[0]!)),
    code: (node) => [call(unitOf(node.outputs[0]!), fieldsOf(node.outputs[0]!))],
  };
}

function quantizeUnits(dtype: keyof typeof TYPES, even: boolean) {
  return unitFamily({
    name: `nn_quantize_${even ? 'even_' : ''}${TYPES[dtype]}`,
    template: 'quantize/quantize-f32',
    struct: QUANTIZE,
    headers: dtype === 'int16' ? ['nn_types.h'] : [],
    parameters: `const nn_float *input, ${dtype}_t *output`,
    view: { ctype: `${dtype}_t`, unsigned: dtype === 'uint8', even },
  });
}

const dequantizeUnits = unitFamily({
  name: 'nn_dequantize',
  template: 'quantize/dequantize',
  struct: QUANTIZE,
  parameters: 'const void *input, nn_float *output',
  headers: ({ type }) => (type === 'int16' ? ['nn_types.h'] : []),
  axes: { type: { int8: '_s8', uint8: '_u8', int16: '_s16' } },
});

export const dequantizeKernel: Kernel<object> = {
  name: 'dequantize_c',
  units: [dequantizeUnits],
  reject: ({ inputs }) =>
    (inputs[0]!.quant?.scales.length ?? 1) > 1 ? 'takes one scale' : undefined,
  cost: (node) => costOf(node, dequantizeUnitOf(node.inputs[0]!)),
  code: (node) => [call(dequantizeUnitOf(node.inputs[0]!), fieldsOf(node.inputs[0]!))],
};

function dequantizeUnitOf({ dtype }: TensorType) {
  return dequantizeUnits({ type: dtype as keyof typeof TYPES });
}

// `type`: the one of the two that is quantized.
function fieldsOf(type: TensorType) {
  const { scale, zeroPoint } = perTensor(type);
  return { count: elements(type), zero: zeroPoint, scale };
}

function costOf({ outputs }: TypedNode, unit: ReturnType<typeof flipUnits>) {
  return plainCost({ outputs: elements(outputs[0]!) }, [unit]);
}
