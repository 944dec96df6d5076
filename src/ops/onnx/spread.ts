import { transposeConv2d } from '../conv/transpose-conv2d.ts';
import { pad } from '../shape/pad.ts';
import { reshape } from '../shape/reshape.ts';
import { product } from '../../support/bytes.ts';
import { Unsupported } from '../op.ts';
import { convolved } from './convolution.ts';
import type { Operands } from './convolution.ts';
import { cut } from './movement.ts';
import { channelsLast, fromPlane, planeOf } from './spatial.ts';
import { OnnxValue } from './value.ts';

/** One axis along which each element of the input adds a window to the output. */
export interface Spread {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** How much of the full result is cut off before the output, and how long that is. */
  readonly begin: number;
  readonly output: number;
}

const PLAIN = { activation: 'none', rounding: 'double' } as const;

/**
 * The transposed convolution of x [n, c, …] with w [c, o / groups, …], bias [o] -> [n, o, …]. In planes
 * it has an operator; with groups, dilation or a third axis it is a convolution with the weights turned
 * around, over the input with zeros between its elements.
 */
export function spread(operands: Operands, axes: readonly Spread[]): OnnxValue {
  if (axes.some(({ output, begin }) => !(output >= 1 && begin >= 0)))
    throw new Unsupported('nothing is left of its output');
  const plain = axes.length <= 2 && axes.every(({ dilation }) => dilation === 1);
  return plain && operands.groups === 1 ? inPlane(operands, axes) : asConvolution(operands, axes);
}

function inPlane({ x, w, bias }: Operands, axes: readonly Spread[]): OnnxValue {
  const { emitter } = x;
  const pair = (of: (axis: Spread) => number, still: number): [number, number] =>
    axes.length === 1 ? [still, of(axes[0]!)] : [of(axes[0]!), of(axes[1]!)];
  const kernel = pair((axis) => axis.kernel, 1);
  const shape = [w.shape[1]!, ...kernel, w.shape[0]!];
  const order = w.rank === 4 ? [1, 2, 3, 0] : [1, 2, 0];
  const weights = emitter.emit(reshape, { shape }, [w.in(order)])[0]!;
  const [top, left] = pair((axis) => axis.begin, 0);
  const attrs = {
    ...PLAIN,
    kernel,
    stride: pair((axis) => axis.stride, 1),
    dilation: [1, 1],
    padding: [top, left, 0, 0],
    output: pair((axis) => axis.output, 1),
  } as const;
  return fromPlane(
    emitter,
    emitter.emit(transposeConv2d, attrs, [planeOf(x), weights, bias])[0]!,
    x.rank,
  );
}

function asConvolution({ x, w, bias, groups }: Operands, axes: readonly Spread[]): OnnxValue {
  const [channels = 1, perGroup = 1, ...kernel] = w.shape;
  const grouped = w.reshaped([groups, channels / groups, perGroup, ...kernel]);
  const swapped = grouped
    .transposed([0, 2, 1, ...kernel.map((_, i) => i + 3)])
    .reshaped([groups * perGroup, channels / groups, ...kernel]);
  const turned = cut(
    swapped,
    kernel.map((size, i) => ({ axis: i + 2, start: size - 1, step: -1, count: size })),
  );
  const wide = loosened(x, axes);
  // What of the input, with its zeros, the first and the last window meet.
  const ends = axes.map(({ kernel, dilation, begin, output }, i) => {
    const reach = (kernel - 1) * dilation;
    const before = reach - begin;
    return { before, after: output + reach - wide.shape[i + 2]! - before };
  });
  const inside = cut(
    wide,
    ends.map(({ before, after }, i) => {
      const [start, lost] = [Math.max(0, -before), Math.max(0, -after)];
      return { axis: i + 2, start, step: 1, count: wide.shape[i + 2]! - start - lost };
    }),
  );
  const slides = axes.map(({ kernel, dilation }, i) => ({
    ...{ kernel, dilation, stride: 1 },
    begin: Math.max(0, ends[i]!.before),
    end: Math.max(0, ends[i]!.after),
  }));
  return convolved({ x: inside, w: turned, bias, groups }, slides, { attrs: PLAIN });
}

// As many zeros behind each element as a stride skips, along each axis.
function loosened(x: OnnxValue, axes: readonly Spread[]): OnnxValue {
  if (axes.every(({ stride }) => stride === 1)) return x;
  const { emitter } = x;
  const order = channelsLast(x.rank);
  const shape = [...x.shape];
  let tensor = x.in(order);
  axes.forEach(({ stride }, i) => {
    if (stride === 1) return;
    const sizes = order.map((axis) => shape[axis]!);
    const run = product(sizes.slice(i + 2));
    const rows = emitter.emit(reshape, { shape: [product(sizes.slice(0, i + 2)), run] }, [tensor]);
    const after = [0, (stride - 1) * run];
    tensor = emitter.emit(pad, { before: [0, 0], after }, rows)[0]!;
    shape[i + 2]! *= stride;
  });
  const sizes = order.map((axis) => shape[axis]!);
  tensor = emitter.emit(reshape, { shape: sizes }, [tensor])[0]!;
  return new OnnxValue(emitter, shape, order, tensor);
}
