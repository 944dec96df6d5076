import { product } from '../../support/bytes.ts';
import { strides } from '../shape/strided.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReader, OnnxReaders } from './call.ts';
import { constantValueOf } from './integers.ts';
import { cut } from './movement.ts';
import type { OnnxValue } from './value.ts';

/** Operators that give places, and those that take them. */
export const INDEX_READERS: OnnxReaders = {
  ArgMax: arg('arg_max'),
  ArgMin: arg('arg_min'),
  GatherElements: readGatherElements,
  CumSum: readCumulative('add'),
  CumProd: readCumulative('mul'),
};

/** The place of the first, or the last, of the largest or smallest values along an axis. */
function arg(name: string): OnnxReader {
  return (call) => {
    const x = call.input(0);
    const m = new Algebra(call.emitter);
    const axis = call.axis(call.number('axis', 0), x.rank);
    const size = x.shape[axis]!;
    const last = call.number('select_last_index', 0) !== 0;
    const backwards = { axis, start: size - 1, step: -1, count: size };
    const from = last ? cut(x, [backwards]) : x;
    const shape = x.shape.filter((_, i) => i !== axis);
    const tensor = m.emit(name, { axis }, [from.natural()], [{ dtype: 'int32' }]);
    const places = call.natural(tensor).reshaped(shape);
    const counted = m.cast(last ? m.sub(size - 1, places) : places, 'int64');
    const kept = x.shape.map((n, i) => (i === axis ? 1 : n));
    return [call.number('keepdims', 1) === 0 ? counted : counted.reshaped(kept)];
  };
}

/** output[i, j, …] = x[i, index[i, j, …], …]: places in the whole tensor, row by row. */
function readGatherElements(call: OnnxCall): readonly OnnxValue[] {
  const [x, indices] = [call.input(0), call.input(1)];
  const m = new Algebra(call.emitter);
  const axis = call.axis(call.number('axis', 0), x.rank);
  const all = product(x.shape);
  const places = flatPlaces(call, x, indices, axis);
  const taken = m.gather(x.reshaped([all]), places, 0, all);
  return [taken.reshaped(indices.shape)];
}

/** Indices along an axis of a value, [i, j, …], as places in the whole of it, row by row, in one row. */
export function flatPlaces(
  call: OnnxCall,
  x: OnnxValue,
  indices: OnnxValue,
  axis: number,
): OnnxValue {
  const m = new Algebra(call.emitter);
  const steps = strides(x.shape);
  const count = product(indices.shape);
  const bases = Array.from({ length: call.emitter.reserve(count) }, (_, at) => {
    let [rest, base] = [at, 0];
    for (let i = indices.rank - 1; i >= 0; i--) {
      if (i !== axis) base += (rest % indices.shape[i]!) * steps[i]!;
      rest = Math.floor(rest / indices.shape[i]!);
    }
    return base;
  });
  const places = fromFront(m, indices.reshaped([count]), [x.shape[axis]!]);
  const base = constantValueOf(call, bases, [count], 'int32');
  return m.add(m.mul(places, steps[axis]!), base);
}

/** Indices as int32 counted from the front: negative ones count from the end of an axis, of one size for all or for each of the last axis. */
export function fromFront(m: Algebra, indices: OnnxValue, sizes: readonly number[]): OnnxValue {
  const given = m.cast(indices, 'int32');
  const ends = m.constant(sizes, sizes.length === 1 ? [] : [sizes.length], 'int32');
  return m.select(m.less(given, 0), m.add(given, ends), given);
}

/** Sums or products of all entries up to each one, as the product of doubling steps would need; here one by one. */
function readCumulative(name: 'add' | 'mul'): OnnxReader {
  return (call) => {
    const x = call.input(0);
    const m = new Algebra(call.emitter);
    const axis = call.axis((call.numbers(1, 'axis') ?? [0])[0]!, x.rank);
    const size = x.shape[axis]!;
    const [exclusive, reverse] = [call.number('exclusive', 0), call.number('reverse', 0)];
    const entry = (i: number) => cut(x, [{ axis, start: i, step: 1, count: 1 }]);
    const order = m.count(size).map((i) => (reverse === 0 ? i : size - 1 - i));
    const neutral = name === 'add' ? 0 : 1;
    let total: OnnxValue | undefined;
    const results = new Map<number, OnnxValue>();
    for (const i of order) {
      const before = total ?? m.combine('mul', entry(i), 0);
      const first = name === 'add' ? before : m.combine('add', before, neutral);
      const next: OnnxValue = total ? m.combine(name, total, entry(i)) : entry(i);
      results.set(i, exclusive === 0 ? next : (total ?? first));
      total = next;
    }
    return [
      m.concat(
        [...results].sort(([a], [b]) => a - b).map(([, value]) => value),
        axis,
      ),
    ];
  };
}
