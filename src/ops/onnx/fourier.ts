import { constantNumbers } from '../../ir/values.ts';
import { conv2d } from '../conv/conv2d.ts';
import { dense } from '../dense/dense.ts';
import { reshape } from '../shape/reshape.ts';
import { Unsupported } from '../op.ts';
import { orderOf } from './align.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { cut } from './movement.ts';
import { OnnxValue } from './value.ts';

/** Fourier transforms, as products with a matrix that is computed in double precision. */
export const FOURIER_READERS: OnnxReaders = { DFT: readDft, STFT: readStft };

const PLAIN = { activation: 'none', rounding: 'double' } as const;

/** A transform of `length` elements, of which `inputs` may differ from 0. */
interface Transform {
  readonly length: number;
  readonly inputs: number;
  /** Elements of its result: of half a spectrum where the rest mirrors it. */
  readonly outputs: number;
  readonly inverse: boolean;
  /** The input is half a spectrum, the result real. */
  readonly fromHalf: boolean;
  /** Numbers of an element: 1 where it is real, 2 where it is complex. */
  readonly parts: number;
}

/**
 * Rows of a transform as [output, real or imaginary part][input, part]: e^(-+ 2 pi i k t / length). A
 * missing half of a spectrum counts through the half that is there.
 */
function rowsOf(call: OnnxCall, transform: Transform): number[][] {
  const { length, inputs, outputs, inverse, fromHalf, parts } = transform;
  const made = fromHalf ? 1 : 2;
  call.emitter.reserve(inputs * parts * outputs * made);
  const scale = inverse ? 1 / length : 1;
  return Array.from({ length: outputs * made }, (_, row) => {
    const [k, imaginary] = [Math.floor(row / made), row % made === 1];
    return Array.from({ length: inputs * parts }, (_, column) => {
      const [t, ofImaginary] = [Math.floor(column / parts), column % parts === 1];
      const turns = ((k * t) % length) / length;
      const twice = fromHalf && t > 0 && 2 * t !== length ? 2 : 1;
      const cosine = quarterExact(turns + 0.25);
      const sine = (inverse ? 1 : -1) * quarterExact(turns);
      const value = imaginary === ofImaginary ? cosine : imaginary ? sine : -sine;
      return value * scale * twice;
    });
  });
}

// The sine of so many turns, exact at its quarters.
function quarterExact(turns: number): number {
  const quarters = (turns % 1) * 4;
  if (Number.isInteger(quarters)) return [0, 1, 0, -1][quarters]!;
  return Math.sin(2 * Math.PI * turns);
}

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
  return [transformed(call, cut(x, [{ axis, start: 0, step: 1, count: inputs }]), axis, transform)];
}

function transformed(call: OnnxCall, x: OnnxValue, axis: number, transform: Transform): OnnxValue {
  const { emitter } = call;
  const rows = rowsOf(call, transform);
  const made = rows.length / transform.outputs;
  const last = x.rank - 1;
  const order = [...orderOf(x).filter((each) => each !== axis && each !== last), axis, last];
  const outer = order.slice(0, -2).map((each) => x.shape[each]!);
  const columns = rows[0]!.length;
  const flat = emitter.emit(reshape, { shape: [...outer, columns] }, [x.in(order)])[0]!;
  const m = new Algebra(emitter);
  const weights = m.constant(rows.flat(), [rows.length, columns]).natural();
  const product = emitter.emit(dense, { ...PLAIN, keepDims: true }, [flat, weights])[0]!;
  const sizes = [...outer, transform.outputs, made];
  const split = emitter.emit(reshape, { shape: sizes }, [product])[0]!;
  const shape = x.shape.map((size, each) =>
    each === axis ? transform.outputs : each === last ? made : size,
  );
  return new OnnxValue(emitter, shape, order, split);
}

/** signal [n, time, 1 or 2] -> [n, frames, bins, 2]: a convolution whose weights are the transform of a window. */
function readStft(call: OnnxCall): readonly OnnxValue[] {
  const { emitter } = call;
  const given = call.input(0);
  const signal = given.rank === 2 ? given.reshaped([...given.shape, 1]) : given;
  const [batch = 1, time = 0, parts = 1] = signal.shape;
  const [step = 0] = call.numbers(1, 'frame_step') ?? [];
  const window = call.inputs[2];
  const length = call.numbers(3, 'frame_length')?.[0] ?? window?.shape[0] ?? 0;
  if (!(step >= 1 && length >= 1) || signal.rank !== 3 || parts > 2)
    throw new Unsupported(`it takes frames of ${length} from [${signal.shape.join(',')}]`);
  const half = call.number('onesided', 1) !== 0;
  if (half && parts === 2)
    throw new Unsupported('half a spectrum does not go with complex signals');
  const outputs = half ? Math.floor(length / 2) + 1 : length;
  const rows = rowsOf(call, {
    ...{ length, inputs: length, outputs, parts, inverse: false, fromHalf: false },
  });
  const factors = window ? windowNumbers(window, length) : undefined;
  const weighted = rows.map((row) =>
    row.map((value, i) => value * (factors?.[Math.floor(i / parts)] ?? 1)),
  );
  const m = new Algebra(emitter);
  const weights = m.constant(weighted.flat(), [rows.length, 1, length, parts]).natural();
  const line = emitter.emit(reshape, { shape: [batch, 1, time, parts] }, [signal.natural()])[0]!;
  const attrs = {
    ...PLAIN,
    kernel: [1, length],
    stride: [1, step],
    dilation: [1, 1],
    padding: [0, 0, 0, 0],
  } as const;
  const frames = emitter.emit(conv2d, attrs, [line, weights])[0]!;
  const count = emitter.tensor(frames).shape[2]!;
  return [OnnxValue.natural(emitter, frames).reshaped([batch, count, outputs, 2])];
}

function windowNumbers(window: OnnxValue, length: number): readonly number[] {
  if (!window.isConstant)
    throw new Unsupported('its window is computed', 'export the model with a constant window');
  const numbers = constantNumbers(window.emitter.tensor(window.natural()));
  if (numbers.length !== length)
    throw new Unsupported(`its window has ${numbers.length} elements for frames of ${length}`);
  return numbers;
}
