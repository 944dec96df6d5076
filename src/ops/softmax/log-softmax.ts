import type { TypedNode, Value } from '../../ir/types.ts';
import { elements, perTensor } from '../../ir/types.ts';
import { emptyValue, floats, int8s } from '../../ir/values.ts';
import {
  clamp,
  multiplyByQuantizedMultiplier,
  quantizeMultiplier,
  roundingDivideByPOT,
} from '../../support/fixed-point.ts';
import { expf, logf } from '../../support/float32.ts';
import { logAboveOne } from '../gemmlowp.ts';
import { table, unit } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { noAttributes } from '../attributes.ts';
import { defineOp } from '../op.ts';
import { rejectUnlessUniform } from '../types.ts';
import { exponentials, rows } from './exponentials.ts';

/** Over the last dimension; int8 outputs have scale 16/256 and zero point 127. */
export const logSoftmax = defineOp<object>({
  name: 'log_softmax',
  summary: 'Logarithm of softmax over the last dimension',
  attributes: noAttributes,
  inferShapes: (_, [input]) => [input!.shape],
  reject(node) {
    const output = node.outputs[0]!;
    const { scale, zeroPoint } = perTensor(output);
    if (output.dtype === 'int8' && (zeroPoint !== 127 || Math.abs(scale * 16 - 1) > 1e-3)) {
      return `its output has scale ${scale} and zero point ${zeroPoint}, TFLite fixes 16/256 and 127`;
    }
    return rejectUnlessUniform(node);
  },
  evaluate: (node, [input]) => [
    node.outputs[0]!.dtype === 'float32' ? logSoftmaxF32(node, input!) : logSoftmaxS8(node, input!),
  ],
  kernels: [fixedKernel(), floatKernel()],
  quantize: { scale: 16 / 256, zeroPoint: 127 },
  tflite: { LOG_SOFTMAX: () => ({ attrs: {} }) },
});

/** Source: tensorflow/lite/kernels/internal/reference/integer_ops/log_softmax.h, LogSoftmax. */
function logSoftmaxS8(node: TypedNode, value: Value): Value {
  const output = emptyValue(node.outputs[0]!);
  const [input, out] = [int8s(value), int8s(output)];
  const { exp, by, reverse } = constants(node);
  for (const [start, end] of rows(value.type)) {
    const most = Math.max(...input.subarray(start, end));
    let sum = 0;
    for (let i = start; i < end; i++) sum += roundingDivideByPOT(exp[most - input[i]!] ?? 0, 12);
    const log = logAboveOne(sum);
    const shifted = multiplyByQuantizedMultiplier((log - 2 ** 31) | 0, reverse, 'double');
    const least = Math.max(-exp.length, shifted);
    for (let i = start; i < end; i++) {
      const difference = input[i]! - most;
      const scaled = multiplyByQuantizedMultiplier(difference, by, 'double');
      out[i] =
        difference > least
          ? clamp(roundingDivideByPOT((scaled - log) | 0, 22) + 127, -128, 127)
          : -128;
    }
  }
  return output;
}

// Source: softmax_common.cc / quantization_util.cc, PreprocessLogSoftmaxScalingExp.
function constants(node: TypedNode) {
  const { exp, by } = exponentials(perTensor(node.inputs[0]!).scale, 1);
  const reverse = quantizeMultiplier(2 ** (31 - by.shift) / by.multiplier);
  return { exp, by, reverse };
}

/** Source: reference/log_softmax.h, LogSoftmax on float. */
function logSoftmaxF32(node: TypedNode, value: Value): Value {
  const output = emptyValue(node.outputs[0]!);
  const [input, out] = [floats(value), floats(output)];
  for (const [start, end] of rows(value.type)) {
    let most = input[start]!;
    for (let i = start; i < end; i++) if (input[i]! > most) most = input[i]!;
    let sum = 0;
    for (let i = start; i < end; i++) sum = Math.fround(sum + expf(Math.fround(input[i]! - most)));
    const log = logf(sum);
    for (let i = start; i < end; i++) out[i] = Math.fround(Math.fround(input[i]! - most) - log);
  }
  return output;
}

function fixedKernel(): Kernel<object> {
  return {
    name: 'log_softmax_s8_c',
    reject: ({ outputs }) => (outputs[0]!.dtype === 'int8' ? undefined : 'takes int8'),
    cost: (node) => ({ cycles: elements(node.outputs[0]!) * 40 + 400, scratchBytes: 0 }),
    code(node) {
      const { exp, by, reverse } = constants(node);
      const depth = node.inputs[0]!.shape.at(-1)!;
      const fields = {
        outer: elements(node.inputs[0]!) / depth,
        depth,
        exp_count: exp.length,
        multiplier: by.multiplier,
        shift: by.shift,
        reverse_multiplier: reverse.multiplier,
        reverse_shift: reverse.shift,
        exp: table('exp', exp),
      };
      return logSoftmaxCode('s8', 'nn_log_softmax_fixed', fields);
    },
    inPlace: [0],
  };
}

function floatKernel(): Kernel<object> {
  return {
    name: 'log_softmax_f32_c',
    reject: ({ outputs }) => (outputs[0]!.dtype === 'float32' ? undefined : 'takes float32'),
    cost: (node, target) => ({
      cycles: elements(node.outputs[0]!) * (target.fpu ? 90 : 800),
      scratchBytes: 0,
    }),
    code(node) {
      const depth = node.inputs[0]!.shape.at(-1)!;
      const fields = { outer: elements(node.inputs[0]!) / depth, depth };
      return logSoftmaxCode('f32', 'nn_softmax_float', fields);
    },
    inPlace: [0],
  };
}

function logSoftmaxCode(
  suffix: string,
  struct: string,
  fields: Readonly<Record<string, number | ReturnType<typeof table>>>,
) {
  const name = `nn_log_softmax_${suffix}`;
  const headers = ['nn_softmax.h', ...(suffix === 'f32' ? ['nn_math.h'] : [])];
  return {
    calls: [{ struct, function: name, fields, inputs: [0] }],
    units: [unit(name, `softmax/log-softmax-${suffix}`, headers)],
    scratchBytes: 0,
  };
}
