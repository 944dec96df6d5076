import { product } from '../../support/bytes.ts';
import { scatterNd } from '../gather/scatter-nd.ts';
import type { Reduction } from '../gather/scatter-nd.kernels.ts';
import { topK } from '../gather/top-k.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { flatPlaces, fromFront } from './indices.ts';
import { naturalOrder } from './value.ts';
import type { OnnxValue } from './value.ts';

/** Operators that put entries in places which the model computes, or take them from there in another order. */
export const SCATTER_READERS: OnnxReaders = {
  ScatterElements: readScatterElements,
  Scatter: readScatterElements,
  ScatterND: readScatterNd,
  TensorScatter: readTensorScatter,
  GatherND: readGatherNd,
  ReverseSequence: readReverseSequence,
  TopK: readTopK,
};

/** Updates in the places [n, depth] of a value. Types of few bits are combined in int32, where they wrap alike. */
function scatter(
  m: Algebra,
  x: OnnxValue,
  places: OnnxValue,
  updates: OnnxValue,
  reduction: Reduction,
): OnnxValue {
  const narrow = reduction !== 'none' && x.dtype !== 'float32';
  const [values, next] = [x, updates].map((each) => (narrow ? m.cast(each, 'int32') : each));
  const inputs = [values!.natural(), places.natural(), next!.natural()];
  const [tensor] = m.emitter.emit(scatterNd, { reduction }, inputs);
  const result = m.natural(tensor!);
  return narrow ? m.cast(result, x.dtype) : result;
}

function reductionOf(call: OnnxCall): Reduction {
  return call.choice('reduction', ['none', 'add', 'mul', 'max', 'min'], 'none');
}

/** y[i, index[i, j, …], …] = updates[i, j, …]: places in the whole tensor, row by row. */
function readScatterElements(call: OnnxCall): readonly OnnxValue[] {
  const [x, indices, updates] = [call.input(0), call.input(1), call.input(2)];
  const axis = call.axis(call.number('axis', 0), x.rank);
  const count = product(indices.shape);
  const reduction = reductionOf(call);
  if (count === 0) return [x];
  const places = flatPlaces(call, x, indices, axis).reshaped([count, 1]);
  const flat = x.reshaped([product(x.shape)]);
  const m = new Algebra(call.emitter);
  return [scatter(m, flat, places, updates.reshaped([count]), reduction).reshaped(x.shape)];
}

function readScatterNd(call: OnnxCall): readonly OnnxValue[] {
  const [x, indices, updates] = [call.input(0), call.input(1), call.input(2)];
  const m = new Algebra(call.emitter);
  const places = fromFront(m, indices, x.shape.slice(0, indices.shape.at(-1)));
  return [scatter(m, x, places, updates, reductionOf(call))];
}

/** Rows of a cache [batch, …, sequence, …] from the place on that each batch is at; round its end where it is circular. */
function readTensorScatter(call: OnnxCall): readonly OnnxValue[] {
  const [cache, update] = [call.input(0), call.input(1)];
  const m = new Algebra(call.emitter);
  const axis = call.axis(call.number('axis', -2), cache.rank);
  const circular = call.choice('mode', ['linear', 'circular'], 'linear') === 'circular';
  const [batches, size, count] = [cache.shape[0]!, cache.shape[axis]!, update.shape[axis]!];
  const outer = product(cache.shape.slice(1, axis));
  const run = product(cache.shape.slice(axis + 1));
  const starts = call.inputs[2] ?? m.constant(Array<number>(batches).fill(0), [batches], 'int32');
  const steps = m.count(outer * count).map((i) => i % count);
  const moved = m.add(
    m.cast(starts, 'int32').reshaped([batches, 1, 1]),
    m.constant(steps, [1, outer, count], 'int32'),
  );
  const place = circular ? m.combine('floor_mod', moved, size) : moved;
  const rows = m.count(batches * outer * count).map((i) => Math.floor(i / count));
  const shape = [batches * outer, count, 1];
  const places = m.concat([m.constant(rows, shape, 'int32'), place.reshaped(shape)], 2);
  const flat = cache.reshaped([batches * outer, size, run]);
  const next = update.reshaped([batches * outer, count, run]);
  return [scatter(m, flat, places, next, 'none').reshaped(cache.shape)];
}

/** Entries named by the last axis of the indices; batches come first on both sides. */
function readGatherNd(call: OnnxCall): readonly OnnxValue[] {
  const [x, indices] = [call.input(0), call.input(1)];
  const m = new Algebra(call.emitter);
  const batchDims = call.number('batch_dims', 0);
  const depth = indices.shape.at(-1) ?? 0;
  const sizes = x.shape.slice(batchDims, batchDims + depth);
  const given = fromFront(m, indices, sizes);
  const shape = [...indices.shape.slice(0, -1), ...x.shape.slice(batchDims + depth)];
  if (batchDims === 0) return [m.gatherNd(x, given).reshaped(shape)];
  const batches = product(x.shape.slice(0, batchDims));
  const each = product(indices.shape.slice(batchDims, -1));
  const rows = m.count(batches * each).map((i) => Math.floor(i / each));
  const places = m.concat(
    [m.constant(rows, [batches * each, 1], 'int32'), given.reshaped([batches * each, depth])],
    1,
  );
  const joined = x.reshaped([batches, ...x.shape.slice(batchDims)]);
  return [m.gatherNd(joined, places).reshaped(shape)];
}

/** The first entries of each sequence in the opposite order, as many as its length says. */
function readReverseSequence(call: OnnxCall): readonly OnnxValue[] {
  const [x, lengths] = [call.input(0), call.input(1)];
  const m = new Algebra(call.emitter);
  const batch = call.axis(call.number('batch_axis', 1), x.rank);
  const time = call.axis(call.number('time_axis', 0), x.rank);
  const rest = naturalOrder(x.rank).filter((axis) => axis !== batch && axis !== time);
  const order = [batch, time, ...rest];
  const [batches, steps] = [x.shape[batch]!, x.shape[time]!];
  const ends = m.cast(lengths, 'int32').reshaped([batches, 1]);
  const now = m.constant(m.count(steps), [1, steps], 'int32');
  const places = m.select(m.less(now, ends), m.sub(m.sub(ends, 1), now), now);
  const tensors = [x.transposed(order).natural(), places.natural()];
  const taken = m.natural(m.emit('gather', { axis: 1, batchDims: 1 }, tensors));
  return [taken.transposed(naturalOrder(x.rank).map((axis) => order.indexOf(axis)))];
}

/** Values and places; what is not asked to be sorted is sorted, too. */
function readTopK(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const m = new Algebra(call.emitter);
  call.ignore('sorted');
  const axis = call.axis(call.number('axis', -1), x.rank);
  const k = call.opset < 10 ? call.number('k', 0) : (call.numbers(1, 'k')?.[0] ?? 0);
  const attrs = { axis, k, largest: call.number('largest', 1) !== 0 };
  const types = [
    { dtype: x.dtype, ...(x.quant && { quant: x.quant }) },
    { dtype: 'int32' },
  ] as const;
  const [values, places] = call.emitter.emit(topK, attrs, [x.natural()], types);
  return [m.natural(values!), m.cast(m.natural(places!), 'int64')];
}
