import { averagePool, maxPool } from '../pool/pool.ts';
import type { Window } from '../conv/geometry.ts';
import { mean } from '../reduce/mean.ts';
import { pad } from '../shape/pad.ts';
import { Unsupported } from '../op.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import type { OnnxValue } from './value.ts';
import { fromPlane, planeOf, readWindow, spatialSizes } from './spatial.ts';

const PLAIN = { activation: 'none', rounding: 'double' } as const;

export const POOL_READERS: OnnxReaders = {
  MaxPool: readMaxPool,
  AveragePool: readAveragePool,
  GlobalAveragePool: readGlobalAverage,
  GlobalMaxPool: readGlobalMax,
};

function readMaxPool(call: OnnxCall): readonly OnnxValue[] {
  if (call.wanted[1]) throw new Unsupported('its output of indices is read');
  call.ignore('storage_order');
  const x = call.input(0);
  const window = poolWindow(call, x);
  const output = call.emitter.emit(maxPool, { ...window, ...PLAIN }, [planeOf(x)]);
  return [fromPlane(call.emitter, output[0]!, x.rank)];
}

/** Padding that counts in the average is a border of zeros; what rounding sizes up adds never counts. */
function readAveragePool(call: OnnxCall): readonly OnnxValue[] {
  return [averageOf(call, call.input(0))];
}

/** The average that a call's attributes describe. */
export function averageOf(call: OnnxCall, x: OnnxValue): OnnxValue {
  const window = poolWindow(call, x);
  const { emitter } = call;
  let plane = planeOf(x);
  let { padding } = window;
  if (call.number('count_include_pad', 0) !== 0 && padding.some((n) => n > 0)) {
    const [top, left, bottom, right] = declaredPads(call, window);
    const [before, after] = [
      [0, top, left, 0],
      [0, bottom, right, 0],
    ];
    plane = emitter.emit(pad, { before, after }, [plane])[0]!;
    padding = [0, 0, padding[2] - bottom, padding[3] - right];
  }
  const output = emitter.emit(averagePool, { ...window, padding, ...PLAIN }, [plane]);
  return fromPlane(emitter, output[0]!, x.rank);
}

function poolWindow(call: OnnxCall, x: OnnxValue): Window {
  const kernel = call.list('kernel_shape');
  if (!kernel) throw new Unsupported('it has no kernel_shape');
  const window = readWindow(call, spatialSizes(x), kernel);
  if (window.dilation.some((n) => n !== 1)) throw new Unsupported('its window is dilated');
  return window;
}

// The paddings that the model asks for, without what ceil_mode adds at the ends.
function declaredPads(call: OnnxCall, { padding }: Window): Window['padding'] {
  const pads = call.list('pads');
  if (!pads || call.text('auto_pad', 'NOTSET') !== 'NOTSET') return padding;
  const [bottom, right] = pads.length === 2 ? [0, pads[1]!] : [pads[2]!, pads[3]!];
  return [padding[0], padding[1], bottom, right];
}

/** Source: the mean over all spatial axes, whatever their number. */
function readGlobalAverage(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const output = call.emitter.emit(mean, { axes: [1, 2], keepDims: true, rounding: 'double' }, [
    planeOf(x),
  ]);
  return [fromPlane(call.emitter, output[0]!, x.rank)];
}

function readGlobalMax(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const plane = planeOf(x);
  const [, height = 1, width = 1] = call.emitter.tensor(plane).shape;
  const window = {
    kernel: [height, width],
    stride: [1, 1],
    dilation: [1, 1],
    padding: [0, 0, 0, 0],
  } as const;
  const output = call.emitter.emit(maxPool, { ...window, ...PLAIN }, [plane]);
  return [fromPlane(call.emitter, output[0]!, x.rank)];
}
