import { concat } from '../shape/concat.ts';
import { slice } from '../shape/slice.ts';
import { Unsupported } from '../op.ts';
import { align, orderOf } from './align.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { naturalOrder, OnnxValue } from './value.ts';

/** Operators that move elements, in whatever order their input is stored. */
export const MOVEMENT_READERS: OnnxReaders = {
  Concat: readConcat,
  Split: readSplit,
  Slice: readSlice,
  Gather: readGather,
};

function readConcat(call: OnnxCall): readonly OnnxValue[] {
  const values = call.all();
  const [first] = values;
  const axis = call.axis(call.number('axis', call.opset < 4 ? 1 : NaN), first!.rank);
  const filled = values.filter((value) => value.shape[axis] !== 0);
  if (filled.length === 0) return [first!];
  if (filled.some(({ rank }) => rank !== first!.rank))
    throw new Unsupported('its inputs differ in their number of dimensions');
  if (filled.length === 1) return [filled[0]!];
  const { emitter } = call;
  const { order, tensors } = align(filled);
  const joined = emitter.emit(concat, { axis: order.indexOf(axis) }, tensors)[0]!;
  const total = filled.reduce((sum, value) => sum + value.shape[axis]!, 0);
  const shape = first!.shape.map((size, i) => (i === axis ? total : size));
  return [new OnnxValue(emitter, shape, order, joined)];
}

function readSplit(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const axis = call.axis(call.number('axis', 0), x.rank);
  const size = x.shape[axis]!;
  const parts = call.number('num_outputs', call.node.outputs.length);
  const even = Math.ceil(size / parts);
  const sizes =
    call.listOrInput('split', 1, 'split') ??
    Array.from({ length: call.emitter.reserve(parts) }, (_, i) =>
      Math.min(even, Math.max(0, size - i * even)),
    );
  if (sizes.length !== call.node.outputs.length || sizes.reduce((a, b) => a + b, 0) !== size)
    throw new Unsupported(
      `its parts ${sizes.join(', ')} are not the ${size} entries of axis ${axis}`,
    );
  let start = 0;
  return sizes.map((count) => {
    const from = start;
    start += count;
    return cut(x, [{ axis, start: from, step: 1, count }]);
  });
}

/** A run of entries along an axis. */
interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** Some entries of a value along some axes. */
export function cut(x: OnnxValue, cuts: readonly Cut[]): OnnxValue {
  const whole = (axis: number): Cut => ({ axis, start: 0, step: 1, count: x.shape[axis]! });
  const all = naturalOrder(x.rank).map(
    (axis) => cuts.find((each) => each.axis === axis) ?? whole(axis),
  );
  const shape = all.map(({ count }) => count);
  const unchanged = all.every(
    ({ axis, start, step, count }) => start === 0 && step === 1 && count === x.shape[axis],
  );
  if (unchanged) return x;
  if (shape.includes(0)) return x.reshapedEmpty(shape);
  const order = orderOf(x);
  const stored = order.map((axis) => all[axis]!);
  const attrs = {
    start: stored.map(({ start }) => start),
    step: stored.map(({ step }) => step),
    count: stored.map(({ count }) => count),
    shape: stored.map(({ count }) => count),
  };
  return new OnnxValue(x.emitter, shape, order, x.emitter.emit(slice, attrs, [x.stored()])[0]!);
}

/** Bounds are clamped into the axis; negative ones count from its end. */
function readSlice(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const starts = call.listOrInput('starts', 1, 'starts') ?? [];
  const ends = call.listOrInput('ends', 2, 'ends') ?? [];
  const axes = (call.listOrInput('axes', 3, 'axes') ?? starts.map((_, i) => i)).map((axis) =>
    call.axis(axis, x.rank),
  );
  const steps = call.numbers(4, 'steps') ?? starts.map(() => 1);
  const cuts = axes.map((axis, i): Cut => {
    const size = x.shape[axis]!;
    const step = steps[i] ?? 1;
    if (step === 0) throw new Unsupported('one of its steps is 0');
    const from = (n: number) => (n < 0 ? n + size : n);
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const start = Math.min(Math.max(from(starts[i]!), Math.max(low, 0)), high);
    const end = Math.min(Math.max(from(ends[i]!), low), high);
    return { axis, start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  });
  return [cut(x, cuts)];
}

/** Entries along an axis by indices that are known, or that the model computes. */
function readGather(call: OnnxCall): readonly OnnxValue[] {
  const [x, indices] = [call.input(0), call.input(1)];
  const axis = call.axis(call.number('axis', 0), x.rank);
  const size = x.shape[axis]!;
  if (!indices.isConstant) return [new Algebra(call.emitter).gather(x, indices, axis, size)];
  const places = call.numbers(1, 'indices')!.map((index) => (index < 0 ? index + size : index));
  if (places.some((index) => !(index >= 0 && index < size)))
    throw new Unsupported(`an index is outside of its ${size} entries`);
  return [
    picked(x, axis, places).reshaped([
      ...x.shape.slice(0, axis),
      ...indices.shape,
      ...x.shape.slice(axis + 1),
    ]),
  ];
}

/** Entries along an axis: one run of them, evenly spaced, or runs put side by side. */
export function picked(x: OnnxValue, axis: number, places: readonly number[]): OnnxValue {
  const shape = x.shape.map((n, i) => (i === axis ? places.length : n));
  if (places.length === 0) return x.reshapedEmpty(shape);
  const parts = runsOf(places).map((run) => cut(x, [{ axis, ...run }]));
  const { order, tensors } = align(parts);
  const joined =
    tensors.length === 1
      ? tensors[0]!
      : x.emitter.emit(concat, { axis: order.indexOf(axis) }, tensors)[0]!;
  return new OnnxValue(x.emitter, shape, order, joined);
}

// Indices as runs with one step each.
function runsOf(indices: readonly number[]): Omit<Cut, 'axis'>[] {
  const runs: { start: number; step: number; count: number }[] = [];
  for (const index of indices) {
    const last = runs.at(-1);
    if (last?.count === 1) Object.assign(last, { step: index - last.start, count: 2 });
    else if (last && index === last.start + last.step * last.count) last.count++;
    else runs.push({ start: index, step: 1, count: 1 });
  }
  return runs;
}
