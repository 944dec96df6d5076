import { constantNumbers } from '../../ir/values.ts';
import { product } from '../../support/bytes.ts';
import { dtypeOfCode } from '../../formats/onnx/type-records.ts';
import { broadcastShape } from '../elementwise/broadcast.ts';
import { Unsupported } from '../op.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { constantValueOf } from './integers.ts';
import { picked } from './movement.ts';
import type { OnnxValue } from './value.ts';

/** Operators that repeat values, or make some of their own. */
export const GENERATE_READERS: OnnxReaders = {
  Range: readRange,
  Expand: readExpand,
  Tile: readTile,
  EyeLike: readEyeLike,
  Trilu: readTrilu,
  OneHot: readOneHot,
  Hardmax: readHardmax,
};

function readRange(call: OnnxCall): readonly OnnxValue[] {
  const [start, limit, delta] = ['start', 'limit', 'delta'].map(
    (what, i) => call.numbers(i, what)?.[0] ?? NaN,
  );
  const count = Math.max(0, Math.ceil((limit! - start!) / delta!));
  if (!Number.isSafeInteger(count)) throw new Unsupported('its bounds are no numbers');
  const numbers = Array.from(
    { length: call.emitter.reserve(count) },
    (_, i) => start! + i * delta!,
  );
  return [constantValueOf(call, numbers, [count], call.input(0).dtype)];
}

/** Repeats what has the size 1, in both directions as NumPy broadcasts. */
function readExpand(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const wanted = call.numbers(1, 'shape') ?? [];
  const shape = broadcastShape([x.shape, wanted]);
  const wide = x.reshaped([...Array<number>(shape.length - x.rank).fill(1), ...x.shape]);
  return [
    shape.reduce(
      (value, size, axis) =>
        value.shape[axis] === size
          ? value
          : picked(value, axis, Array<number>(call.emitter.reserve(size)).fill(0)),
      wide,
    ),
  ];
}

function readTile(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const given = call.numbers(1, 'repeats') ?? [];
  // Up to version 5 one axis, the third input, is repeated.
  const along = call.opset < 6 ? call.axis(call.numbers(2, 'axis')?.[0] ?? 0, x.rank) : undefined;
  const repeats =
    along === undefined ? given : x.shape.map((_, axis) => (axis === along ? given[0]! : 1));
  return [
    repeats.reduce((value, count, axis) => {
      const size = value.shape[axis]!;
      if (count === 1) return value;
      return picked(
        value,
        axis,
        Array.from({ length: call.emitter.reserve(size * count) }, (_, i) => i % size),
      );
    }, x),
  ];
}

function readEyeLike(call: OnnxCall): readonly OnnxValue[] {
  const { shape, dtype } = matrixInput(call, 2);
  const [rows = 0, columns = 0] = shape;
  const code = call.number('dtype', 0);
  const type = code === 0 ? dtype : dtypeOfCode(code);
  if (!type) throw new Unsupported('it makes a type that thimble does not have');
  const diagonal = call.number('k', 0);
  const numbers = Array.from({ length: call.emitter.reserve(rows * columns) }, (_, i) =>
    Number((i % columns) - Math.floor(i / columns) === diagonal),
  );
  return [constantValueOf(call, numbers, shape, type)];
}

function matrixInput(call: OnnxCall, most: number): OnnxValue {
  const x = call.input(0);
  if (x.rank >= 2 && x.rank <= most) return x;
  throw new Unsupported(`its input has ${x.rank} dimensions, and is no matrix`);
}

/** The upper or lower triangle of matrices; the rest is zero. */
function readTrilu(call: OnnxCall): readonly OnnxValue[] {
  const x = matrixInput(call, Infinity);
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  const [diagonal = 0] = call.numbers(1, 'k') ?? [];
  const upper = call.number('upper', 1) !== 0;
  const inside = (row: number, column: number) =>
    upper ? column - row >= diagonal : column - row <= diagonal;
  const mask = Array.from({ length: call.emitter.reserve(rows * columns) }, (_, i) =>
    Number(inside(Math.floor(i / columns), i % columns)),
  );
  if (x.isConstant) {
    const numbers = constantNumbers(call.emitter.tensor(x.natural()));
    const kept = numbers.map((n, i) => (mask[i % mask.length] ? n : 0));
    return [constantValueOf(call, kept, x.shape, x.dtype)];
  }
  if (product(x.shape) === 0) return [x];
  const m = new Algebra(call.emitter);
  return [m.select(m.constant(mask, [rows, columns], 'bool'), x, 0)];
}

/** `on` where an index is that of its place along a new axis, `off` elsewhere. */
function readOneHot(call: OnnxCall): readonly OnnxValue[] {
  const m = new Algebra(call.emitter);
  const indices = m.cast(call.input(0), 'int32');
  const [depth = 0] = call.numbers(1, 'depth') ?? [];
  const values = call.input(2);
  const axis = call.axis(call.number('axis', -1), indices.rank + 1);
  const places = m.select(m.less(indices, 0), m.add(indices, depth), indices);
  const column = places.reshaped([
    ...indices.shape.slice(0, axis),
    1,
    ...indices.shape.slice(axis),
  ]);
  const behind = indices.shape.slice(axis).map(() => 1);
  const mask = m.equal(column, m.constant(m.count(depth), [depth, ...behind], 'int32'));
  const [off, on] = [0, 1].map((i) => picked(values, 0, [i]));
  return [m.select(mask, on!, off!)];
}

/** 1 for the first of the largest values along an axis, 0 for all others. */
function readHardmax(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const m = new Algebra(call.emitter);
  const old = call.opset < 13;
  const axis = call.axis(call.number('axis', old ? 1 : -1), x.rank);
  const rows = old
    ? x.reshaped([product(x.shape.slice(0, axis)), product(x.shape.slice(axis))])
    : x;
  const along = old ? 1 : axis;
  const size = rows.shape[along]!;
  const behind = rows.shape.slice(along + 1).map(() => 1);
  const largest = m.equal(rows, m.reduce('reduce_max', rows, [along]));
  const places = m.constant(m.count(size), [size, ...behind]);
  const first = m.reduce('reduce_min', m.select(largest, places, size), [along]);
  return [
    m.select(m.equal(places, first), m.constant([1], []), m.constant([0], [])).reshaped(x.shape),
  ];
}
