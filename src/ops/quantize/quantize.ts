import { z } from 'zod';
import type { DType, TensorType, TypedNode } from '../../ir/types.ts';
import { perTensor, storedRange } from '../../ir/types.ts';
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
import { rejectZeroPoints } from '../types.ts';
import { rescaleKernel } from './rescale.kernel.ts';
import { dequantizeKernel, evenKernel, flipKernel, floatKernel } from './quantize.kernels.ts';

export interface QuantizeAttrs {
  readonly rounding: AnyRounding;
}

type QuantizeNode = TypedNode<QuantizeAttrs>;

/** Pairs of element types of which at least one is wider than a byte. */
const RESIZED: readonly (readonly [DType, DType])[] = [
  ['int8', 'int16'],
  ['int8', 'int32'],
  ['int16', 'int8'],
  ['int16', 'int32'],
  ['int32', 'int8'],
  ['int32', 'int16'],
];

const isByte = ({ dtype }: TensorType) => dtype === 'int8' || dtype === 'uint8';

/** float32 or whole numbers -> whole numbers under another scale and zero point. */
export const quantize = defineOp<QuantizeAttrs>({
  name: 'quantize',
  summary: 'float32 to 8 or 16 bits, or whole numbers to another type, scale and zero point',
  attributes: z.strictObject({ rounding: anyRounding }),
  inferShapes: (_, [input]) => [input!.shape],
  reject(node) {
    const [from, to] = [node.inputs[0]!, node.outputs[0]!];
    const wider = rejectWider(node);
    if (wider) return wider;
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
  kernels: [
    flipKernel,
    lutKernel('quantize_s8_table', requantize),
    ...rescaleKernels(),
    floatKernel,
    evenKernel,
  ],
  rows: rowByRow,
  quantize: 'keep-float',
  channels: {
    ranges: (node, [input]) => [
      [node.inputs[0]!, node.outputs[0]!].every(isByte)
        ? lutRanges(requantize(node), input!)
        : wholeRanges(node.outputs[0]!),
    ],
    flow: carried,
  },
  tflite: { QUANTIZE: () => ({ attrs: { rounding: 'double' } }) },
});

/** int8, uint8 or int16 -> float32. */
export const dequantize = defineOp<object>({
  name: 'dequantize',
  summary: '8 or 16 bits to float32; float16 constants are folded at import',
  attributes: noAttributes,
  inferShapes: (_, [input]) => [input!.shape],
  reject({ inputs, outputs }) {
    const [from, to] = [inputs[0]!, outputs[0]!];
    if (to.dtype !== 'float32') return `it makes ${to.dtype}`;
    if (isByte(from) || from.dtype === 'int16') {
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

// Wider types have TFLite's rounding alone; the difference to a zero point has to fit 32 bits.
function rejectWider({ attrs, inputs, outputs }: QuantizeNode): string | undefined {
  const [from, to] = [inputs[0]!, outputs[0]!];
  const whole = from.dtype === 'float32' ? [to] : [from, to];
  if (whole.every(isByte)) return undefined;
  const known =
    String([from.dtype, to.dtype]) === 'float32,int16' ||
    [...RESIZED, ['int16', 'int16']].some(([a, b]) => a === from.dtype && b === to.dtype);
  if (!known) return `it turns ${from.dtype} into ${to.dtype}`;
  if (attrs.rounding !== 'double') return 'on more than 8 bits it rounds as TFLite does';
  return rejectZeroPoints(whole.filter(({ dtype }) => dtype === 'int32'));
}

// Of equal sizes, the output may take the input's place.
function rescaleKernels() {
  const rescaling = { multiplier: multiplierOf, limits };
  return [
    rescaleKernel({ ...rescaling, name: 'rescale_c', pairs: RESIZED }),
    rescaleKernel({ ...rescaling, name: 'rescale_s16_c', pairs: [['int16', 'int16']] }),
  ];
}

function limits({ outputs }: QuantizeNode) {
  return storedRange(outputs[0]!.dtype);
}

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

function multiplierOf({ inputs, outputs }: QuantizeNode) {
  return quantizeMultiplier(perTensor(inputs[0]!).scale / perTensor(outputs[0]!).scale);
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
  const by = multiplierOf(node);
  return (x) => {
    const scaled = multiplyByQuantizedMultiplier(x - input.zeroPoint, by, rounding);
    return clamp(scaled + output.zeroPoint, low, high);
  };
}
