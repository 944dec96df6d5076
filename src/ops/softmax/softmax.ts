import { z } from 'zod';
import type { Tensor, TypedNode, Value } from '../../ir/types.ts';
import { perTensor, storedRange } from '../../ir/types.ts';
import { activations, emptyValue, floats, int8s } from '../../ir/values.ts';
import { clamp, doublingHighMul, roundingDivideByPOT } from '../../support/fixed-point.ts';
import { expf } from '../../support/float32.ts';
import { wholeRanges } from '../channels.ts';
import { real } from '../attributes.ts';
import { defineOp } from '../op.ts';
import { rowByRow } from '../rows.ts';
import { rejectUnlessUniform, rejectUnlessUniformWide } from '../types.ts';
import { isWide } from '../wide.ts';
import * as gemmlowp from '../gemmlowp.ts';
import {
  exponentials,
  floatTable,
  largest,
  rows,
  shapeWithRows,
  sumOfExponentials,
} from './exponentials.ts';
import { rejectSoftmax16, softmax16 } from './softmax-s16.ts';
import { softmaxKernels } from './softmax.kernels.ts';

export interface SoftmaxAttrs {
  readonly beta: number;
  /** int8 alone: TFLite Micro's fixed point, or LiteRT's float table (legacy uint8 models). */
  readonly arithmetic: 'fixed' | 'float';
}

type SoftmaxNode = TypedNode<SoftmaxAttrs>;

/** Over the last dimension. */
export const softmax = defineOp<SoftmaxAttrs>({
  name: 'softmax',
  summary: 'Softmax over the last dimension',
  attributes: z.strictObject({ beta: real, arithmetic: z.enum(['fixed', 'float']) }),
  inferShapes: (_, [input]) => [shapeWithRows(input!)],
  reject(node) {
    if (isWide(node)) return rejectUnlessUniformWide(node) ?? rejectSoftmax16(node);
    const output = node.outputs[0]!;
    const widened = output.dtype === 'int16' && node.attrs.arithmetic === 'fixed';
    const mixed = rejectUnlessUniform(widened ? { ...node, outputs: [] } : node);
    if (mixed) return mixed;
    return output.dtype === 'float32' ? undefined : (rejectOutput(output) ?? rejectExponent(node));
  },
  evaluate: (node, [input]) => [evaluate(node, input!)],
  kernels: softmaxKernels,
  rows: rowByRow,
  quantize: { scale: 1 / 256, zeroPoint: -128 },
  channels: { ranges: ({ outputs }) => [wholeRanges(outputs[0]!)] },
  tflite: {
    SOFTMAX: ({ options }) => ({ attrs: { beta: options.float(0), arithmetic: 'fixed' } }),
  },
});

function rejectOutput(output: Tensor): string | undefined {
  const [least] = storedRange(output.dtype);
  const { scale, zeroPoint } = perTensor(output);
  return zeroPoint === least && Math.abs(scale * -2 * least - 1) <= 1e-3
    ? undefined
    : `its output has scale ${scale} and zero point ${zeroPoint}, TFLite fixes 1/${-2 * least} and ${least}`;
}

function evaluate(node: SoftmaxNode, input: Value): Value {
  if (input.type.dtype === 'float32') return softmaxF32(node, input);
  if (input.type.dtype === 'int16') return softmax16(node, input);
  return node.attrs.arithmetic === 'fixed' ? softmaxS8(node, input) : softmaxTable(node, input);
}

// Source: quantization_util.cc, PreprocessSoftmaxScaling and QuantizeMultiplierGreaterThanOne.
function rejectExponent({ attrs, inputs }: SoftmaxNode): string | undefined {
  if (inputs[0]!.dtype !== 'int8' || attrs.arithmetic === 'float') return undefined;
  const { scale } = perTensor(inputs[0]!);
  return attrs.beta * scale * 2 ** 26 > 1
    ? undefined
    : `its beta is ${attrs.beta} on a scale of ${scale}, too small for its fixed-point arithmetic`;
}

/** Source: tensorflow/lite/kernels/internal/reference/softmax.h, Softmax on int8; its output may have 16 bits. */
function softmaxS8(node: SoftmaxNode, value: Value): Value {
  const output = emptyValue(node.outputs[0]!);
  const [input, out] = [int8s(value), activations(output)];
  const [low, high] = storedRange(output.type.dtype);
  const { exp } = exponentials(perTensor(value.type).scale, node.attrs.beta);
  for (const [start, end] of rows(value.type)) {
    const most = largest(input, start, end);
    const sum = sumOfExponentials(input.subarray(start, end), most, exp);
    const bits = Math.clz32(sum);
    const scale = gemmlowp.oneOverOnePlus(((sum << bits) >>> 0) - 2 ** 31);
    const exponent = 12 - bits + (output.type.dtype === 'int8' ? 23 : 15);
    for (let i = start; i < end; i++) {
      const e = exp[most - input[i]!];
      const share = e === undefined || exponent > 31 ? 0 : doublingHighMul(scale, e);
      out[i] = clamp(roundingDivideByPOT(share, Math.min(exponent, 31)) + low, low, high);
    }
  }
  return output;
}

/** Source: tensorflow/lite/kernels/internal/optimized/optimized_ops.h, SoftmaxInt8LUT on uint8. */
function softmaxTable(node: SoftmaxNode, value: Value): Value {
  const output = emptyValue(node.outputs[0]!);
  const [input, out] = [int8s(value), int8s(output)];
  const exp = floatTable(perTensor(value.type).scale, node.attrs.beta);
  const { scale } = perTensor(output.type);
  for (const [start, end] of rows(value.type)) {
    const most = largest(input, start, end);
    let sum = 0;
    for (let i = start; i < end; i++) sum = Math.fround(sum + exp[most - input[i]!]!);
    const inverse = Math.fround(1 / Math.fround(sum * scale));
    for (let i = start; i < end; i++) {
      const share = Math.fround(Math.fround(exp[most - input[i]!]! * inverse) + 0.5);
      out[i] = clamp(Math.trunc(share) - 128, -128, 127);
    }
  }
  return output;
}

/** Source: reference/softmax.h, Softmax on float. */
function softmaxF32(node: SoftmaxNode, value: Value): Value {
  const output = emptyValue(node.outputs[0]!);
  const [input, out] = [floats(value), floats(output)];
  for (const [start, end] of rows(value.type)) {
    let most = input[start]!;
    for (let i = start; i < end; i++) if (input[i]! > most) most = input[i]!;
    let sum = 0;
    for (let i = start; i < end; i++) {
      out[i] = expf(Math.fround(Math.fround(input[i]! - most) * node.attrs.beta));
      sum = Math.fround(sum + out[i]!);
    }
    for (let i = start; i < end; i++) out[i] = Math.fround(out[i]! / sum);
  }
  return output;
}
