import { product } from '../../support/bytes.ts';
import { softmax } from '../softmax/softmax.ts';
import { logSoftmax } from '../softmax/log-softmax.ts';
import { orderOf } from './align.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { OnnxValue } from './value.ts';

export const SOFTMAX_READERS: OnnxReaders = {
  Softmax: (call) =>
    alongAxis(
      call,
      (stored) => call.emitter.emit(softmax, { beta: 1, arithmetic: 'fixed' }, [stored])[0]!,
    ),
  LogSoftmax: (call) =>
    alongAxis(call, (stored) => call.emitter.emit(logSoftmax, {}, [stored])[0]!),
};

/** Up to version 12 all axes from `axis` on are one; then it is that axis alone. */
function alongAxis(call: OnnxCall, map: (stored: number) => number): readonly OnnxValue[] {
  const x = call.input(0);
  if (call.opset < 13) {
    const [before, after] = splitAt(x, call.axisOrEnd(call.number('axis', 1), x.rank));
    return [lastAxis(x.reshaped([before, after]), 1, map).reshaped(x.shape)];
  }
  return [lastAxis(x, call.axis(call.number('axis', -1), x.rank), map)];
}

// Elements before an axis, and from it on.
function splitAt({ shape }: OnnxValue, axis: number): readonly [number, number] {
  return [product(shape.slice(0, axis)), product(shape.slice(axis))];
}

// The axis has to be stored last.
function lastAxis(x: OnnxValue, axis: number, map: (stored: number) => number): OnnxValue {
  const order = [...orderOf(x).filter((each) => each !== axis), axis];
  return new OnnxValue(x.emitter, x.shape, order, map(x.in(order)));
}
