import type { TensorType, TypedNode } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import {
  clamp,
  frexp,
  multiplyByQuantizedMultiplier,
  roundHalfAway,
  roundingDivideByPOT,
} from '../../support/fixed-point.ts';
import { logisticf, tanhf } from '../../support/float32.ts';
import * as gemmlowp from '../gemmlowp.ts';
import { noAttributes } from '../attributes.ts';
import { isWide } from '../wide.ts';
import { rejectSigmoid16, sigmoid16, sigmoid16Kernel } from './sigmoid-s16.ts';
import { defineUnary } from './unary.ts';

/** Source: tensorflow/lite/micro/kernels/logistic_common.cc; reference/integer_ops/logistic.h. */
export const logistic = defineUnary<object>({
  name: 'logistic',
  summary: '1 / (1 + exp(-x)), in int8 with TFLite Micro’s fixed-point arithmetic',
  attributes: noAttributes,
  tflite: { LOGISTIC: () => ({}) },
  quantize: { scale: 1 / 256, zeroPoint: -128 },
  reject: (node) =>
    isWide(node) ? rejectSigmoid16('logistic', node) : rejectOutput(node, -128, 1 / 256),
  integer: (node) =>
    isWide(node)
      ? sigmoid16('logistic', node)
      : saturating(node.inputs[0]!, [-128, 127], (t) =>
          clamp(roundingDivideByPOT(gemmlowp.logistic(t), 23) - 128, -128, 127),
        ),
  wide: sigmoid16Kernel('logistic'),
  float: () => logisticf,
  f32: { template: 'logistic-f32', headers: ['nn_math.h'] },
});

/** Source: tensorflow/lite/micro/kernels/tanh.cc; reference/integer_ops/tanh.h. */
export const tanh = defineUnary<object>({
  name: 'tanh',
  summary: 'Hyperbolic tangent, in int8 with TFLite Micro’s fixed-point arithmetic',
  attributes: noAttributes,
  tflite: { TANH: () => ({}) },
  quantize: { scale: 1 / 128, zeroPoint: 0 },
  reject: (node) => (isWide(node) ? rejectSigmoid16('tanh', node) : rejectOutput(node, 0, 1 / 128)),
  integer: (node) =>
    isWide(node)
      ? sigmoid16('tanh', node)
      : saturating(node.inputs[0]!, [-128, 127], (t) =>
          clamp(roundingDivideByPOT(gemmlowp.tanh(t), 24), -128, 127),
        ),
  wide: sigmoid16Kernel('tanh'),
  float: () => tanhf,
  f32: { template: 'tanh-f32', headers: ['nn_math.h'] },
});

// Brings the stored input to Q4 and saturates beyond its radius. Source: logistic_common.cc.
function saturating(
  input: TensorType,
  [low, high]: readonly [number, number],
  inside: (t: number) => number,
): (stored: number) => number {
  const { scale, zeroPoint } = perTensor(input);
  const [fraction, shift] = frexp(scale * 2 ** 27);
  const by = { multiplier: roundHalfAway(fraction * 2 ** 31), shift };
  const radius = Math.floor((15 * 2 ** 27) / 2 ** shift);
  return (stored) => {
    const x = stored - zeroPoint;
    if (x <= -radius) return low;
    if (x >= radius) return high;
    return inside(multiplyByQuantizedMultiplier(x, by, 'double'));
  };
}

function rejectOutput(
  { outputs }: TypedNode,
  zeroPoint: number,
  scale: number,
): string | undefined {
  const output = outputs[0]!;
  if (output.dtype === 'float32') return undefined;
  const found = perTensor(output);
  const right = found.zeroPoint === zeroPoint && Math.abs(found.scale - scale) < 1e-3 * scale;
  return right
    ? undefined
    : `its output has scale ${found.scale} and zero point ${found.zeroPoint}, TFLite fixes ${scale} and ${zeroPoint}`;
}
