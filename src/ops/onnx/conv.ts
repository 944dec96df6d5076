import type { TensorId } from '../../ir/types.ts';
import { Unsupported } from '../op.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { convolved } from './convolution.ts';
import type { Convolution } from './convolution.ts';
import type { OnnxValue } from './value.ts';
import { readSlides, spatialSizes } from './spatial.ts';

export const CONV_READERS: OnnxReaders = { Conv: readConv };

/** x [n, c, y, x], w [o, c / groups, ky, kx], b [o] -> y [n, o, y, x]; the same along one axis or three. */
function readConv(call: OnnxCall): readonly OnnxValue[] {
  const attrs = { activation: 'none', rounding: 'double' } as const;
  return [convolve(call, call.input(0), call.input(1), call.inputs[2]?.natural(), { attrs })];
}

/** The convolution that a call's attributes describe. */
export function convolve(
  call: OnnxCall,
  x: OnnxValue,
  w: OnnxValue,
  bias: TensorId | undefined,
  how: Convolution,
): OnnxValue {
  const sizes = spatialSizes(x);
  if (w.rank !== x.rank)
    throw new Unsupported(`its weights have ${w.rank} dimensions, its input ${x.rank}`);
  const slides = readSlides(call, sizes, w.shape.slice(2));
  return convolved({ x, w, bias, groups: call.number('group', 1) }, slides, how);
}
