import { add } from '../elementwise/add.ts';
import { mul } from '../elementwise/mul.ts';
import { constantNumbers } from '../../ir/values.ts';
import { Unsupported } from '../op.ts';
import { combine } from './binary.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { normalizedBatch } from './statistics.ts';
import { foldScale } from './fold-scale.ts';
import { vector } from './scalars.ts';
import type { OnnxValue } from './value.ts';

export const NORMALIZATION_READERS: OnnxReaders = { BatchNormalization: readBatchNorm };

/** (x - mean) / sqrt(variance + epsilon) * scale + bias for each channel: a factor and a sum, in double precision. */
function readBatchNorm(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  call.ignore('momentum', 'spatial', 'is_test');
  if (call.number('training_mode', 0) !== 0) return normalizedBatch(call);
  if (call.wanted.slice(1).some(Boolean))
    throw new Unsupported('its statistics are read', 'export the model for inference');
  const epsilon = call.number('epsilon', 1e-5);
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((i) => constants(call, i));
  const factor = scale!.map((s, c) => s / Math.sqrt(variance![c]! + epsilon));
  const offset = bias!.map((b, c) => b - mean![c]! * factor[c]!);
  const folded = foldScale(x, factor, offset);
  if (folded) return [folded];
  const channels = (name: string, values: readonly number[]) =>
    vector(call.emitter, name, values).reshaped([values.length, ...x.shape.slice(2).map(() => 1)]);
  const product = combine(mul, x, channels('factor', factor));
  return [combine(add, product, channels('offset', offset))];
}

function constants(call: OnnxCall, position: number): number[] {
  const value = call.input(position);
  if (!value.isConstant) throw new Unsupported(`its input ${position} is not a constant`);
  return constantNumbers(call.emitter.tensor(value.natural()));
}
