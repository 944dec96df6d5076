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
import { table } from '../constant-array.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { noAttributes } from '../attributes.ts';
import { wholeRanges } from '../channels.ts';
import { defineOp } from '../op.ts';
import { rejectUnlessUniform } from '../types.ts';
import { unitFamily } from '../unit.ts';
import {
  exponentials,
  largest,
  rows,
  rowsOf,
  shapeWithRows,
  sumOfExponentials,
} from './exponentials.ts';
import { LOG_SOFTMAX_FIXED, SOFTMAX_FLOAT } from './structs.ts';

/** Over the last dimension; int8 outputs have scale 16/256 and zero point 127. */
export const logSoftmax = defineOp<object>({
  name: 'log_softmax',
  summary: 'Logarithm of softmax over the last dimension',
  attributes: noAttributes,
  inferShapes: (_, [input]) => [shapeWithRows(input!)],
  reject(node) {
    const mixed = rejectUnlessUniform(node);
    if (mixed) return mixed;
    const output = node.outputs[0]!;
    const { scale, zeroPoint } = perTensor(output);
    if (output.dtype === 'int8' && (zeroPoint !== 127 || Math.abs(scale * 16 - 1) > 1e-3)) {
      return `its output has scale ${scale} and zero point ${zeroPoint}, TFLite fixes 16/256 and 127`;
    }
    if (output.dtype === 'float32') return undefined;
    const depth = output.shape.at(-1)!;
    // The sum of exponentials has 12 integer bits.
    if (depth > 4095) return `it is taken over ${depth} values`;
    const input = perTensor(node.inputs[0]!).scale;
    return input > 2 ** -26
      ? undefined
      : `its input's scale ${input} is too small for its arithmetic`;
  },
  evaluate: (node, [input]) => [
    node.outputs[0]!.dtype === 'float32' ? logSoftmaxF32(node, input!) : logSoftmaxS8(node, input!),
  ],
  kernels: [fixedKernel(), floatKernel()],
  quantize: { scale: 16 / 256, zeroPoint: 127 },
  channels: { ranges: ({ outputs }) => [wholeRanges(outputs[0]!)] },
  tflite: { LOG_SOFTMAX: () => ({ attrs: {} }) },
});

/** Source: tensorflow/lite/kernels/internal/reference/integer_ops/log_softmax.h, LogSoftmax. */
function logSoftmaxS8(node: TypedNode, value: Value): Value {
  const output = emptyValue(node.outputs[0]!);
  const [input, out] = [int8s(value), int8s(output)];
  const { exp, by, reverse } = constants(node);
  for (const [start, end] of rows(value.type)) {
    const most = largest(input, start, end);
    const sum = sumOfExponentials(input.subarray(start, end), most, exp);
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
  const units = unitFamily({
    name: 'nn_log_softmax_s8',
    template: 'softmax/log-softmax-s8',
    headers: ['nn_softmax.h'],
    struct: LOG_SOFTMAX_FIXED,
    parameters: 'const int8_t *input, int8_t *output',
  });
  return {
    name: 'log_softmax_s8_c',
    units: [units],
    reject: ({ outputs }) => (outputs[0]!.dtype === 'int8' ? undefined : 'takes int8'),
    cost: (node) => ({
      work: { outputs: elements(node.outputs[0]!), rows: rowsOf(node).outer },
      constantBytes: 4 * constants(node).exp.length,
      scratchBytes: 0,
      calls: [units({})],
    }),
    code(node) {
      const { exp, by, reverse } = constants(node);
      return [
        call(units({}), {
          ...rowsOf(node),
          exp_count: exp.length,
          multiplier: by.multiplier,
          shift: by.shift,
          reverse_multiplier: reverse.multiplier,
          reverse_shift: reverse.shift,
          exp: table('exp', exp),
        }),
      ];
    },
    inPlace: [0],
  };
}

function floatKernel(): Kernel<object> {
  const units = unitFamily({
    name: 'nn_log_softmax_f32',
    template: 'softmax/log-softmax-f32',
    headers: ['nn_softmax.h', 'nn_math.h'],
    struct: SOFTMAX_FLOAT,
    parameters: 'const nn_float *input, nn_float *output',
  });
  return {
    name: 'log_softmax_f32_c',
    units: [units],
    reject: ({ outputs }) => (outputs[0]!.dtype === 'float32' ? undefined : 'takes float32'),
    cost: (node) =>
      plainCost({ outputs: elements(node.outputs[0]!), rows: rowsOf(node).outer }, [units({})]),
    code: (node) => [call(units({}), { ...rowsOf(node), beta: 1 })],
    inPlace: [0],
  };
}
