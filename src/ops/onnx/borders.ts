import { mirrorPad } from '../shape/mirror-pad.ts';
import { pad } from '../shape/pad.ts';
import { Unsupported } from '../op.ts';
import { orderOf } from './align.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { cut } from './movement.ts';
import { naturalOrder, OnnxValue } from './value.ts';

/** Operators that put borders around a tensor, or take them away. */
export const BORDER_READERS: OnnxReaders = { Pad: readPad, CenterCropPad: readCenter };

const MODES = ['constant', 'reflect', 'edge', 'wrap'] as const;

/** What is put around a tensor. */
interface Border {
  readonly mode: (typeof MODES)[number];
  readonly value: number;
}

/** Elements that each axis gets at its two ends; negative ones are taken away. */
interface Ends {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

function readPad(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const mode = call.choice('mode', MODES, 'constant');
  const pads = call.list('pads') ?? call.list('paddings') ?? call.numbers(1, 'pads') ?? [];
  const value = call.opset < 11 ? call.number('value', 0) : (call.numbers(2, 'value')?.[0] ?? 0);
  const axes = axesOf(call, x, call.numbers(3, 'axes'));
  if (pads.length !== 2 * axes.length)
    throw new Unsupported(`it has ${pads.length} paddings for ${axes.length} axes`);
  const along = (axis: number, side: 0 | 1) => {
    const i = axes.indexOf(axis);
    return i === -1 ? 0 : pads[i + side * axes.length]!;
  };
  const all = naturalOrder(x.rank);
  const ends = {
    before: all.map((axis) => along(axis, 0)),
    after: all.map((axis) => along(axis, 1)),
  };
  return [withBorder(x, ends, { mode, value })];
}

/** Axes cut or filled with zeros to a size, the odd element at the end. Source: onnx/reference/ops/op_center_crop_pad.py. */
function readCenter(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const wanted = call.numbers(1, 'shape') ?? [];
  const axes = axesOf(call, x, call.list('axes'));
  if (wanted.length !== axes.length)
    throw new Unsupported(`it has ${wanted.length} sizes for ${axes.length} axes`);
  const more = x.shape.map((size, axis) => {
    const i = axes.indexOf(axis);
    return i === -1 ? 0 : wanted[i]! - size;
  });
  const before = more.map((n) => Math.trunc(n / 2));
  const after = more.map((n, axis) => n - before[axis]!);
  return [withBorder(x, { before, after }, { mode: 'constant', value: 0 })];
}

function axesOf(call: OnnxCall, { rank }: OnnxValue, axes: readonly number[] | undefined) {
  return (axes ?? naturalOrder(rank)).map((axis) => call.axis(axis, rank));
}

function withBorder(x: OnnxValue, ends: Ends, border: Border): OnnxValue {
  const cropped = cut(
    x,
    x.shape.map((size, axis) => {
      const [before, after] = [Math.min(0, ends.before[axis]!), Math.min(0, ends.after[axis]!)];
      return { axis, start: -before, step: 1, count: size + before + after };
    }),
  );
  const added = (side: readonly number[]) => side.map((n) => Math.max(0, n));
  const [before, after] = [added(ends.before), added(ends.after)];
  if ([...before, ...after].every((n) => n === 0)) return cropped;
  const order = orderOf(cropped);
  const stored = {
    before: order.map((axis) => before[axis]!),
    after: order.map((axis) => after[axis]!),
  };
  const shape = cropped.shape.map((size, axis) => before[axis]! + size + after[axis]!);
  return new OnnxValue(x.emitter, shape, order, emitBorder(cropped, stored, border));
}

function emitBorder(x: OnnxValue, ends: Ends, { mode, value }: Border): number {
  const { emitter } = x;
  if (mode === 'constant') {
    const attrs = { ...ends, ...(value !== 0 && { value: Math.fround(value) }) };
    return emitter.emit(pad, attrs, [x.stored()])[0]!;
  }
  const repeats = { reflect: undefined, edge: 'end', wrap: 'whole' } as const;
  const how = repeats[mode];
  const attrs = { ...ends, edge: false, ...(how && { repeats: how }) };
  return emitter.emit(mirrorPad, attrs, [x.stored()])[0]!;
}
