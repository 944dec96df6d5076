import type { TensorId, TensorType } from '../../ir/types.ts';
import { conv2d } from '../conv/conv2d.ts';
import type { Conv2dAttrs } from '../conv/conv2d.ts';
import { depthwiseConv2d } from '../conv/depthwise.ts';
import { concat } from '../shape/concat.ts';
import { pad } from '../shape/pad.ts';
import { reshape } from '../shape/reshape.ts';
import { slice } from '../shape/slice.ts';
import { transpose } from '../shape/transpose.ts';
import { Unsupported } from '../op.ts';
import { channelsLast, fromPlane, planeOf, windowOf } from './spatial.ts';
import type { Slide } from './spatial.ts';
import { OnnxValue } from './value.ts';

/** What differs between convolutions of floats and of 8 bits. */
export interface Convolution {
  readonly attrs: Pick<Conv2dAttrs, 'activation' | 'rounding'>;
  /** Gives weights their scales, which lie along `axis`. */
  label?(weights: TensorId, axis: number): TensorId;
  /** Type of the result, where it is not the input's. */
  readonly type?: Omit<TensorType, 'shape'>;
}

/** Operands of a convolution: x [n, c, …], w [o, c / groups, …], b [o]. */
export interface Operands {
  readonly x: OnnxValue;
  readonly w: OnnxValue;
  readonly bias: TensorId | undefined;
  readonly groups: number;
}

/** The convolution [n, o, …] along one, two or three axes. Throws Unsupported. */
export function convolved(
  operands: Operands,
  slides: readonly Slide[],
  how: Convolution,
): OnnxValue {
  const { x, w, groups } = operands;
  const [channels = 1, depth = 1] = [x.shape[1], w.shape[1]];
  if (depth * groups !== channels)
    throw new Unsupported(
      `its weights take ${depth} channels in ${groups} groups, its input has ${channels}`,
    );
  return x.rank === 5 ? inVolume(operands, slides, how) : inPlane(operands, slides, how);
}

function inPlane(
  { x, w, bias, groups }: Operands,
  slides: readonly Slide[],
  { attrs, label = (weights) => weights, type }: Convolution,
): OnnxValue {
  const { emitter } = x;
  const window = windowOf(slides);
  const [outputs = 1, depth = 1] = w.shape;
  const depthwise = groups === x.shape[1] && groups > 1;
  const order = depthwise
    ? [1, ...w.shape.map((_, i) => i).slice(2), 0]
    : [0, ...w.shape.map((_, i) => i).slice(2), 1];
  const shape = depthwise ? [1, ...window.kernel, outputs] : [outputs, ...window.kernel, depth];
  const weights = label(emitter.emit(reshape, { shape }, [w.in(order)])[0]!, depthwise ? 3 : 0);
  const output = emitter.emit(
    depthwise ? depthwiseConv2d : conv2d,
    { ...window, ...attrs },
    [planeOf(x), weights, bias],
    type && [type],
  );
  return fromPlane(emitter, output[0]!, x.rank);
}

/**
 * Along three axes: the planes that a window meets along the first one lie side by side as channels of
 * one plane, over which the window of the other two slides. The sums are the same, in the order y, x, z, c.
 */
function inVolume(
  { x, w, bias, groups }: Operands,
  [z, ...slides]: readonly Slide[],
  { attrs, label = (weights) => weights, type }: Convolution,
): OnnxValue {
  const { emitter } = x;
  const [batch = 1, channels = 1, , height = 1, width = 1] = x.shape;
  const [outputs = 1, depth = 1, taps = 1] = w.shape;
  const { planes, count } = planesAlong(x, z!);
  const deep = emitter.emit(reshape, { shape: [batch * count, height, width, taps * channels] }, [
    groups === 1 ? planes : groupsFirst(x, planes, taps, groups),
  ])[0]!;
  const window = windowOf(slides);
  const weights = label(
    emitter.emit(reshape, { shape: [outputs, ...window.kernel, taps * depth] }, [
      w.in([0, 3, 4, 2, 1]),
    ])[0]!,
    0,
  );
  const inputs = [deep, weights, bias];
  const output = emitter.emit(conv2d, { ...window, ...attrs }, inputs, type && [type])[0]!;
  const [, rows = 1, columns = 1] = emitter.tensor(output).shape;
  const shape = [batch, count, rows, columns, outputs];
  const volume = emitter.emit(reshape, { shape }, [output])[0]!;
  return new OnnxValue(emitter, [batch, outputs, count, rows, columns], channelsLast(5), volume);
}

// A tensor [n, windows, y, x, taps * c] of the planes that windows along axis 2 of [n, c, z, y, x] meet.
function planesAlong(x: OnnxValue, z: Slide): { planes: TensorId; count: number } {
  const { emitter } = x;
  const stored = x.in(channelsLast(5));
  const [before, after] = [
    [0, z.begin, 0, 0, 0],
    [0, z.end, 0, 0, 0],
  ];
  const bordered =
    z.begin + z.end === 0 ? stored : emitter.emit(pad, { before, after }, [stored])[0]!;
  const [batch = 1, size = 1, ...rest] = emitter.tensor(bordered).shape;
  const count = Math.floor((size - (z.kernel - 1) * z.dilation - 1) / z.stride) + 1;
  if (count < 1)
    throw new Unsupported(`its window does not fit into ${x.shape.slice(2).join('x')}`);
  const all = [batch, count, ...rest];
  const parts = Array.from({ length: z.kernel }, (_, tap) => {
    const start = [0, tap * z.dilation, 0, 0, 0];
    const step = [1, z.stride, 1, 1, 1];
    return emitter.emit(slice, { start, step, count: all, shape: all }, [bordered])[0]!;
  });
  const planes = parts.length === 1 ? parts[0]! : emitter.emit(concat, { axis: 4 }, parts)[0]!;
  return { planes, count };
}

// Channels [taps, groups, depth] as [groups, taps, depth]: those of a group have to be neighbours.
function groupsFirst(x: OnnxValue, planes: TensorId, taps: number, groups: number): TensorId {
  const { emitter } = x;
  const [batch = 1, count = 1, ...plane] = emitter.tensor(planes).shape;
  const depth = x.shape[1]! / groups;
  const shape = [batch * count * plane[0]! * plane[1]!, taps, groups, depth];
  const split = emitter.emit(reshape, { shape: [1, ...shape] }, [planes])[0]!;
  return emitter.emit(transpose, { permutation: [0, 1, 3, 2, 4] }, [split])[0]!;
}
