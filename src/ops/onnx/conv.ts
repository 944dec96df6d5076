import type { TensorId, TensorType } from '../../ir/types.ts';
import { conv2d } from '../conv/conv2d.ts';
import type { Conv2dAttrs } from '../conv/conv2d.ts';
import { depthwiseConv2d } from '../conv/depthwise.ts';
import { reshape } from '../shape/reshape.ts';
import { Unsupported } from '../op.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import type { OnnxValue } from './value.ts';
import { fromPlane, planeOf, readWindow, spatialSizes } from './spatial.ts';

export const CONV_READERS: OnnxReaders = { Conv: readConv };

/** x [n, c, y, x], w [o, c / groups, ky, kx], b [o] -> y [n, o, y, x]; the same along one axis. */
function readConv(call: OnnxCall): readonly OnnxValue[] {
  const attrs = { activation: 'none', rounding: 'double' } as const;
  return [convolve(call, call.input(0), call.input(1), call.inputs[2]?.natural(), { attrs })];
}

/** What differs between convolutions of floats and of 8 bits. */
interface Convolution {
  readonly attrs: Pick<Conv2dAttrs, 'activation' | 'rounding'>;
  /** Gives weights their scales, which lie along `axis`. */
  label?(weights: TensorId, axis: number): TensorId;
  /** Type of the result, where it is not the input's. */
  readonly type?: Omit<TensorType, 'shape'>;
}

/** The convolution that a call's attributes describe. */
export function convolve(
  call: OnnxCall,
  x: OnnxValue,
  w: OnnxValue,
  bias: TensorId | undefined,
  { attrs, label = (weights) => weights, type }: Convolution,
): OnnxValue {
  const sizes = spatialSizes(x);
  if (w.rank !== x.rank)
    throw new Unsupported(`its weights have ${w.rank} dimensions, its input ${x.rank}`);
  const window = readWindow(call, sizes, w.shape.slice(2));
  const groups = call.number('group', 1);
  const [channels = 1, outputs = 1, depth = 1] = [x.shape[1], w.shape[0], w.shape[1]];
  if (depth * groups !== channels)
    throw new Unsupported(
      `its weights take ${depth} channels in ${groups} groups, its input has ${channels}`,
    );
  const { emitter } = call;
  const depthwise = groups === channels && groups > 1;
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
