import { constantNumbers } from '../../ir/values.ts';
import { conv2d } from '../conv/conv2d.ts';
import { Unsupported } from '../op.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { cut } from './movement.ts';
import { isStaged, rowsOf, transformed } from './transforms.ts';
import type { Transform } from './transforms.ts';
import { OnnxValue } from './value.ts';

export const FOURIER_READERS: OnnxReaders = { DFT: readDft, STFT: readStft };

/** x [.., size, .., 1 or 2] -> [.., outputs, .., 2]; half a spectrum gives real values. */
function readDft(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const parts = x.shape.at(-1)!;
  if (x.rank < 2 || parts < 1 || parts > 2)
    throw new Unsupported(`its input [${x.shape.join(',')}] holds no complex numbers`);
  const given = call.opset < 20 ? call.number('axis', 1) : (call.numbers(2, 'axis')?.[0] ?? -2);
  const axis = call.axis(given, x.rank);
  if (axis === x.rank - 1) throw new Unsupported('it transforms along real and imaginary parts');
  const inverse = call.number('inverse', 0) !== 0;
  const half = call.number('onesided', 0) !== 0;
  const size = x.shape[axis]!;
  const fromHalf = inverse && half;
  const length = call.numbers(1, 'dft_length')?.[0] ?? (fromHalf ? 2 * (size - 1) : size);
  if (!(length >= 1)) throw new Unsupported(`its dft_length is ${length}`);
  if (half && parts !== (inverse ? 2 : 1))
    throw new Unsupported(`half a spectrum does not go with [${x.shape.join(',')}]`);
  const inputs = Math.min(size, fromHalf ? Math.floor(length / 2) + 1 : length);
  const outputs = half && !inverse ? Math.floor(length / 2) + 1 : length;
  const transform = { length, inputs, outputs, inverse, fromHalf, parts };
  const used = cut(x, [{ axis, start: 0, step: 1, count: inputs }]);
  return [transformed(used, axis, transform)];
}

/** signal [n, time, 1 or 2] -> [n, frames, bins, 2]: transforms of frames that overlap, times a window. */
function readStft(call: OnnxCall): readonly OnnxValue[] {
  const given = call.input(0);
  const signal = given.rank === 2 ? given.reshaped([...given.shape, 1]) : given;
  const [, time = 0, parts = 1] = signal.shape;
  const [step = 0] = call.numbers(1, 'frame_step') ?? [];
  const window = call.inputs[2];
  const length = call.numbers(3, 'frame_length')?.[0] ?? window?.shape[0] ?? 0;
  if (!(step >= 1 && length >= 1 && length <= time) || signal.rank !== 3 || parts > 2)
    throw new Unsupported(`it takes frames of ${length} from [${signal.shape.join(',')}]`);
  if (window && (window.rank !== 1 || window.shape[0] !== length))
    throw new Unsupported(`its window is [${window.shape.join(',')}] for frames of ${length}`);
  const half = call.number('onesided', 1) !== 0;
  if (half && parts === 2)
    throw new Unsupported('half a spectrum does not go with complex signals');
  const outputs = half ? Math.floor(length / 2) + 1 : length;
  const transform = { length, inputs: length, outputs, parts, inverse: false, fromHalf: false };
  const runs = length / common(length, step);
  const constant = !window || window.isConstant;
  if (constant && (!isStaged(transform) || runs > MOST_RUNS))
    return [convolvedFrames(signal, step, window, transform)];
  const frames = framesOf(signal, step, length);
  const m = new Algebra(call.emitter);
  const weighted = window ? m.mul(frames, window.reshaped([length, 1])) : frames;
  return [transformed(weighted, 2, transform)];
}

/** Pieces that a frame is put together of, at most. */
const MOST_RUNS = 64;

function common(a: number, b: number): number {
  return b === 0 ? a : common(b, a % b);
}

/** Frames [n, frames, length, parts]: pieces that no frame divides, side by side. */
function framesOf(signal: OnnxValue, step: number, length: number): OnnxValue {
  const [batch = 1, time = 0, parts = 1] = signal.shape;
  const piece = common(length, step);
  const pieces = Math.floor(time / piece);
  const count = Math.floor((time - length) / step) + 1;
  const used = cut(signal, [{ axis: 1, start: 0, step: 1, count: pieces * piece }]);
  const rows = used.reshaped([batch, pieces, piece * parts]);
  const runs = Array.from({ length: length / piece }, (_, start) =>
    cut(rows, [{ axis: 1, start, step: step / piece, count }]),
  );
  const joined = runs.length === 1 ? runs[0]! : new Algebra(signal.emitter).concat(runs, 2);
  return joined.reshaped([batch, count, length, parts]);
}

/** The same in one convolution, whose weights are the transform of the window. */
function convolvedFrames(
  signal: OnnxValue,
  step: number,
  window: OnnxValue | undefined,
  transform: Transform,
): OnnxValue {
  const { emitter } = signal;
  const { length, parts, outputs } = transform;
  const [batch = 1, time = 0] = signal.shape;
  const factors = window && constantNumbers(emitter.tensor(window.natural()));
  const rows = rowsOf(signal, transform).map((row) =>
    row.map((value, i) => value * (factors?.[Math.floor(i / parts)] ?? 1)),
  );
  const weights = new Algebra(emitter).constant(rows.flat(), [rows.length, 1, length, parts]);
  const attrs = {
    activation: 'none',
    rounding: 'double',
    kernel: [1, length],
    stride: [1, step],
    dilation: [1, 1],
    padding: [0, 0, 0, 0],
  } as const;
  const line = signal.reshaped([batch, 1, time, parts]).natural();
  const frames = emitter.emit(conv2d, attrs, [line, weights.natural()])[0]!;
  const count = emitter.tensor(frames).shape[2]!;
  return OnnxValue.natural(emitter, frames).reshaped([batch, count, outputs, 2]);
}
