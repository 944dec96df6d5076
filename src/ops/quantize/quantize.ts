import { z } from 'zod';
import type { TypedNode } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { emptyValue, floats } from '../../ir/values.ts';
import {
  clamp,
  multiplyByQuantizedMultiplier,
  quantizeMultiplier,
  roundHalfAway,
  roundHalfEven,
} from '../../support/fixed-point.ts';
import type { AnyRounding } from '../../support/fixed-point.ts';
import { halfToNumber, product } from '../../support/bytes.ts';
import { anyRounding, noAttributes } from '../attributes.ts';
import { carried, wholeRanges } from '../channels.ts';
import { lutKernel, lutRanges } from '../lut.ts';
import { defineOp } from '../op.ts';
import { rowByRow } from '../rows.ts';
import { dequantizeKernel, evenKernel, flipKernel, floatKernel } from './quantize.kernels.ts';

export interface QuantizeAttrs {
  readonly rounding: AnyRounding;
}

type QuantizeNode = TypedNode<QuantizeAttrs>;

/** float32, int8 or uint8 -> int8 or uint8 under another scale and zero point. */
export const quantize = defineOp<QuantizeAttrs>({
  name: 'quantize',
  summary: 'float32 to 8 bits, or 8 bits to another scale and zero point',
  attributes: z.strictObject({ rounding: anyRounding }),
  inferShapes: (_, [input]) => [input!.shape],
  reject({ inputs, outputs }) {
    const [from, to] = [inputs[0]!, outputs[0]!];
    const bytes = ['int8', 'uint8'];
    if (!bytes.includes(to.dtype) || !(from.dtype === 'float32' || bytes.includes(from.dtype))) {
      return `it turns ${from.dtype} into ${to.dtype}`;
    }
    if (!to.quant || (from.dtype !== 'float32' && !from.quant)) return 'a quantization is missing';
    if ([from, to].some((type) => (type.quant?.scales.length ?? 1) > 1)) return SCALE_PER_CHANNEL;
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
  kernels: [flipKernel, lutKernel('quantize_s8_table', requantize), floatKernel, evenKernel],
  rows: rowByRow,
  quantize: 'keep-float',
  channels: {
    ranges: (node, [input]) => [
      node.inputs[0]!.dtype === 'float32'
        ? wholeRanges(node.outputs[0]!)
        : lutRanges(requantize(node), input!),
    ],
    flow: carried,
  },
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
    if (from.dtype === 'int8' || from.dtype === 'uint8') {
      if (!from.quant) return 'its input has no quantization';
      return from.quant.scales.length > 1 && !from.data ? SCALE_PER_CHANNEL : undefined;
    }
    if (from.data && from.dtype === 'float16') return undefined;
    return `it turns ${from.dtype} into float32`;
  },
  evaluate(node, [input]) {
    const output = emptyValue(node.outputs[0]!);
    const out = floats(output);
    const type = node.inputs[0]!;
    const { scales, zeroPoints, axis } = type.quant ?? { scales: [1], zeroPoints: [0], axis: 0 };
    const run = product(type.shape.slice(axis + 1));
    (input!.data as Int8Array).forEach((x, i) => {
      const channel = scales.length > 1 ? Math.floor(i / run) % scales.length : 0;
      const real = scales[channel]! * (x - zeroPoints[channel]!);
      out[i] = type.dtype === 'float16' ? halfToNumber(x) : real;
    });
    return [output];
  },
  kernels: [dequantizeKernel],
  rows: rowByRow,
  quantize: 'keep-float',
  channels: { ranges: ({ outputs }) => [wholeRanges(outputs[0]!)], flow: carried },
  tflite: { DEQUANTIZE: () => ({ attrs: {} }) },
});

const SCALE_PER_CHANNEL = 'one of its tensors has a scale per channel';

const limits = (node: QuantizeNode): readonly [number, number] =>
  node.outputs[0]!.dtype === 'uint8' ? [0, 255] : [-128, 127];

/**
 * Source: reference/quantize.h, AffineQuantize: division in single precision, half away from zero; halves
 * to even in ONNX's QuantizeLinear.
 */
function fromFloat(node: QuantizeNode): (x: number) => number {
  const { scale, zeroPoint } = perTensor(node.outputs[0]!);
  const [low, high] = limits(node);
  const round = node.attrs.rounding === 'float' ? roundHalfEven : roundHalfAway;
  return (x) => {
    const exact = Math.fround(x / Math.fround(scale));
    // TFLite leaves NaN undefined; Arm's conversion makes it 0 steps.
    const steps = Number.isNaN(exact) ? 0 : clamp(round(exact), -(2 ** 20), 2 ** 20);
    return clamp(steps + zeroPoint, low, high);
  };
}

/** Source: reference/requantize.h, Requantize; ONNX: DequantizeLinear, then QuantizeLinear. */
function requantize(node: QuantizeNode): (x: number) => number {
  const [input, output] = [perTensor(node.inputs[0]!), perTensor(node.outputs[0]!)];
  const [low, high] = limits(node);
  if (node.attrs.rounding === 'float') {
    const quantized = fromFloat(node);
    return (x) => quantized(Math.fround(input.scale * (x - input.zeroPoint)));
  }
  const { rounding } = node.attrs;
  const by = quantizeMultiplier(input.scale / output.scale);
  return (x) => {
    const scaled = multiplyByQuantizedMultiplier(x - input.zeroPoint, by, rounding);
    return clamp(scaled + output.zeroPoint, low, high);
  };
}
