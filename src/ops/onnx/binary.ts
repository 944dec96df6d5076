import { prelu } from '../elementwise/prelu.ts';
import type { BinaryAttrs } from '../elementwise/binary.ts';
import type { Op } from '../op.ts';
import { broadcast } from './align.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import type { OnnxValue } from './value.ts';

const PLAIN = { activation: 'none', rounding: 'double' } as const;

export const BINARY_READERS: OnnxReaders = { PRelu: readPrelu };

/** Up to version 6 several slopes are those of the channels, axis 1; then they broadcast. */
function readPrelu(call: OnnxCall): readonly OnnxValue[] {
  const [x, slope] = [call.input(0), call.input(1)];
  const perChannel = call.opset < 7 && slope.rank === 1 && slope.shape[0] === x.shape[1];
  return [
    combine(
      prelu,
      x,
      perChannel ? slope.reshaped([slope.shape[0]!, ...x.shape.slice(2).map(() => 1)]) : slope,
    ),
  ];
}

/** Two operands; up to version 6 the second one may lie along some axes of the first. */
export function operands(call: OnnxCall): [OnnxValue, OnnxValue] {
  const [a, b] = [call.input(0), call.input(1)];
  if (call.opset > 6) return [a, b];
  call.ignore('consumed_inputs');
  const axis = call.number('axis', a.rank - b.rank);
  if (call.number('broadcast', 0) === 0 || b.rank === 0) return [a, b];
  const behind = a.rank - (axis < 0 ? axis + a.rank : axis) - b.rank;
  return [a, b.reshaped([...b.shape, ...Array<number>(Math.max(0, behind)).fill(1)])];
}

/** An operator of two float operands that broadcast. */
export function combine(op: Op<BinaryAttrs>, a: OnnxValue, b: OnnxValue): OnnxValue {
  return broadcast([a, b], (tensors) => a.emitter.emit(op, PLAIN, tensors)[0]!);
}
