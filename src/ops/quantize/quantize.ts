import { z } from 'zod';
import type { TypedNode } from '../../ir/types.ts';
import { elements, perTensor } from '../../ir/types.ts';
import { emptyValue, floats } from '../../ir/values.ts';
import {
  clamp,
  multiplyByQuantizedMultiplier,
  quantizeMultiplier,
  roundHalfAway,
} from '../../support/fixed-point.ts';
import type { Rounding } from '../../support/fixed-point.ts';
import { halfToNumber } from '../../support/bytes.ts';
import { noAttributes, rounding } from '../attributes.ts';
import { unit } from '../kernel.ts';
import type { Kernel, Unit } from '../kernel.ts';
import { lutKernel } from '../lut.ts';
import { defineOp } from '../op.ts';

export interface QuantizeAttrs {
  readonly rounding: Rounding;
}

type QuantizeNode = TypedNode<QuantizeAttrs>;

/** float32, int8 or uint8 -> int8 or uint8 under another scale and zero point. */
export const quantize = defineOp<QuantizeAttrs>({
  name: 'quantize',
  summary: 'float32 to 8 bits, or 8 bits to another scale and zero point',
  attributes: z.strictObject({ rounding }),
  inferShapes: (_, [input]) => [input!.shape],
  reject({ inputs, outputs }) {
    const [from, to] = [inputs[0]!, outputs[0]!];
    const bytes = ['int8', 'uint8'];
    if (!bytes.includes(to.dtype) || !(from.dtype === 'float32' || bytes.includes(from.dtype))) {
      return `it turns ${from.dtype} into ${to.dtype}`;
    }
    if (!to.quant || (from.dtype !== 'float32' && !from.quant)) return 'a quantization is missing';
    return [from, to].some((type) => type.quant?.scales.some((scale) => !(scale > 0)))
      ? 'a scale is zero'
      : undefined;
  },
  evaluate(node, [input]) {
    const output = emptyValue(node.outputs[0]!);
    const out = output.data as Int8Array;
    const map = input!.type.dtype === 'float32' ? fromFloat(node) : requantize(node);
    (input!.data as Float32Array).forEach((x, i) => (out[i] = map(x)));
    return [output];
  },
  kernels: [flipKernel(), lutKernel('quantize_s8_table', requantize), floatKernel()],
  quantize: 'keep-float',
  tflite: { QUANTIZE: () => ({ attrs: { rounding: 'double' } }) },
});

/** int8 or uint8 -> float32. */
export const dequantize = defineOp<object>({
  name: 'dequantize',
  summary: '8 bits to float32; float16 constants are folded at import',
  attributes: noAttributes,
  inferShapes: (_, [input]) => [input!.shape],
  reject({ inputs, outputs }) {
    const [from, to] = [inputs[0]!, outputs[0]!];
    if (to.dtype !== 'float32') return `it makes ${to.dtype}`;
    if (from.dtype === 'int8' || from.dtype === 'uint8')
      return from.quant ? undefined : 'its input has no quantization';
    if (from.data && from.dtype === 'float16') return undefined;
    return `it turns ${from.dtype} into float32`;
  },
  evaluate(node, [input]) {
    const output = emptyValue(node.outputs[0]!);
    const out = floats(output);
    const { dtype } = node.inputs[0]!;
    const { scale, zeroPoint } = perTensor(node.inputs[0]!);
    const real = dtype === 'float16' ? halfToNumber : (x: number) => scale * (x - zeroPoint);
    (input!.data as Int8Array).forEach((x, i) => (out[i] = real(x)));
    return [output];
  },
  kernels: [dequantizeKernel()],
  quantize: 'keep-float',
  tflite: { DEQUANTIZE: () => ({ attrs: {} }) },
});

const limits = (node: QuantizeNode): readonly [number, number] =>
  node.outputs[0]!.dtype === 'uint8' ? [0, 255] : [-128, 127];

/** Source: reference/quantize.h, AffineQuantize: division in single precision, half away from zero. */
function fromFloat(node: QuantizeNode): (x: number) => number {
  const { scale, zeroPoint } = perTensor(node.outputs[0]!);
  const [low, high] = limits(node);
  return (x) => {
    const steps = clamp(roundHalfAway(Math.fround(x / Math.fround(scale))), -(2 ** 30), 2 ** 30);
    return clamp(steps + zeroPoint, low, high);
  };
}

/** Source: reference/requantize.h, Requantize. */
function requantize(node: QuantizeNode): (x: number) => number {
  const [input, output] = [perTensor(node.inputs[0]!), perTensor(node.outputs[0]!)];
  const by = quantizeMultiplier(input.scale / output.scale);
  const [low, high] = limits(node);
  return (x) => {
    const scaled = multiplyByQuantizedMultiplier(x - input.zeroPoint, by, node.attrs.rounding);
    return clamp(scaled + output.zeroPoint, low, high);
  };
}

/** uint8 and int8 of one scale, 128 apart: the top bit flips. */
function flipKernel(): Kernel<QuantizeAttrs> {
  return {
    name: 'quantize_flip_c',
    reject({ inputs, outputs }) {
      const [from, to] = [inputs[0]!, outputs[0]!];
      if (from.dtype === 'float32' || from.dtype === to.dtype) return 'takes uint8 to int8 or back';
      const [a, b] = [perTensor(from), perTensor(to)];
      const shift = from.dtype === 'uint8' ? -128 : 128;
      return a.scale === b.scale && b.zeroPoint - a.zeroPoint === shift
        ? undefined
        : 'takes one scale and zero points 128 apart';
    },
    cost: (node) => ({ cycles: elements(node.outputs[0]!) * 4, scratchBytes: 0 }),
    code: (node) =>
      quantizeCode(node, unit('nn_flip', 'quantize/flip', HEADERS), { scale: 0, zeroPoint: 0 }),
    inPlace: [0],
  };
}

function floatKernel(): Kernel<QuantizeAttrs> {
  return {
    name: 'quantize_f32_c',
    reject: ({ inputs }) => (inputs[0]!.dtype === 'float32' ? undefined : 'takes float32'),
    cost: (node, target) => ({
      cycles: elements(node.outputs[0]!) * (target.fpu ? 30 : 200),
      scratchBytes: 0,
    }),
    code(node) {
      const unsigned = node.outputs[0]!.dtype === 'uint8';
      const type = perTensor(node.outputs[0]!);
      const name = unsigned ? 'nn_quantize_u8' : 'nn_quantize_s8';
      return quantizeCode(node, unit(name, 'quantize/quantize-f32', HEADERS, { unsigned }), type);
    },
  };
}

function dequantizeKernel(): Kernel<object> {
  return {
    name: 'dequantize_c',
    reject: () => undefined,
    cost: (node, target) => ({
      cycles: elements(node.outputs[0]!) * (target.fpu ? 10 : 60),
      scratchBytes: 0,
    }),
    code(node) {
      const unsigned = node.inputs[0]!.dtype === 'uint8';
      const type = perTensor(node.inputs[0]!);
      const name = unsigned ? 'nn_dequantize_u8' : 'nn_dequantize_s8';
      return quantizeCode(node, unit(name, 'quantize/dequantize', HEADERS, { unsigned }), type);
    },
  };
}

const HEADERS = ['nn_shape.h'];

function quantizeCode(
  node: TypedNode,
  kernel: Unit,
  { scale, zeroPoint }: { readonly scale: number; readonly zeroPoint: number },
) {
  const fields = { count: elements(node.outputs[0]!), zero: zeroPoint, scale };
  const name = kernel.file.replace('.c', '');
  return {
    calls: [{ struct: 'nn_quantize', function: name, fields, inputs: [0] }],
    units: [kernel],
    scratchBytes: 0,
  };
}
