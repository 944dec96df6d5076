import { Unsupported } from '../op.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { convolved } from './convolution.ts';
import { cut } from './movement.ts';
import { sampled } from './sampling.ts';
import { STILL } from './spatial.ts';
import type { OnnxValue } from './value.ts';

export const DEFORM_CONV_READERS: OnnxReaders = { DeformConv: readDeformConv };

const ATTRS = { activation: 'none', rounding: 'double' } as const;
const PIXELS = { mode: 'linear', outside: 'zeros', positions: 'pixels' } as const;

/**
 * A convolution whose taps lie where computed offsets say: x is sampled at all of them, which then lie
 * side by side along rows. x [n, c, y, x], w [o, c / groups, ky, kx], offsets [n, fields * taps * 2, y, x]
 * of y and x, mask [n, fields * taps, y, x]; `fields` parts of the channels have offsets of their own.
 */
function readDeformConv(call: OnnxCall): readonly OnnxValue[] {
  const [x, w, offsets] = [call.input(0), call.input(1), call.input(2)];
  const mask = call.inputs[4];
  if ([x, w, offsets].some(({ rank }) => rank !== 4))
    throw new Unsupported(`its input has ${x.rank} dimensions, not 4`);
  const m = new Algebra(call.emitter);
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const [outputs = 1, depth = 1, ky = 1, kx = 1] = w.shape;
  const [, , rows = 1, columns = 1] = offsets.shape;
  const fields = call.number('offset_group', 1);
  call.ignore('kernel_shape');
  const taps = ky * kx;
  // Whole positions, then what is added to them, both x first.
  const moved = cut(offsets.reshaped([batch, fields, taps, 2, rows, columns]), [
    { axis: 3, start: 1, step: -1, count: 2 },
  ]).transposed([0, 1, 4, 5, 2, 3]);
  const places = m.add(moved, gridOf(call, m, [rows, columns], [ky, kx]));
  const part = channels / fields;
  const points = places.reshaped([batch * fields, rows * columns * taps, 2]);
  const values = sampled(x.reshaped([batch * fields, part, height, width]), points, PIXELS);
  // [n, fields, c, y, x, taps]
  const split = values.reshaped([batch, fields, part, rows, columns, taps]);
  const weighted = mask
    ? m.mul(
        split,
        mask.reshaped([batch, fields, taps, 1, rows, columns]).transposed([0, 1, 3, 4, 5, 2]),
      )
    : split;
  const along = { kernel: taps, stride: taps, dilation: 1, begin: 0, end: 0 };
  const operands = {
    x: weighted.reshaped([batch, channels, rows, columns * taps]),
    w: w.reshaped([outputs, depth, 1, taps]),
    bias: call.inputs[3]?.natural(),
    groups: call.number('group', 1),
  };
  return [convolved(operands, [STILL, along], { attrs: ATTRS })];
}

/** Where the taps of each output lie without offsets: [y, x, taps, 2], x first. */
function gridOf(
  call: OnnxCall,
  m: Algebra,
  [rows, columns]: readonly [number, number],
  [ky, kx]: readonly [number, number],
): OnnxValue {
  const list = (name: string, otherwise: number) => call.list(name) ?? [otherwise, otherwise];
  const [strides, dilations] = [list('strides', 1), list('dilations', 1)];
  const pads = call.list('pads') ?? [0, 0, 0, 0];
  call.emitter.reserve(rows * columns * ky * kx);
  const numbers = m.count(rows * columns).flatMap((place) => {
    const top = Math.floor(place / columns) * strides[0]! - pads[0]!;
    const left = (place % columns) * strides[1]! - pads[1]!;
    return Array.from({ length: ky * kx }, (_, tap) => [
      left + (tap % kx) * dilations[1]!,
      top + Math.floor(tap / kx) * dilations[0]!,
    ]).flat();
  });
  return m.constant(numbers, [rows, columns, ky * kx, 2]);
}
