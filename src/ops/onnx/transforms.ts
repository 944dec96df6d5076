import { dense } from '../dense/dense.ts';
import { fft } from '../fourier/fft.ts';
import { factorsOf, sine } from '../fourier/stages.ts';
import { pad } from '../shape/pad.ts';
import { orderOf } from './align.ts';
import { Algebra } from './algebra.ts';
import { cut } from './movement.ts';
import { OnnxValue } from './value.ts';

/** A transform of `length` elements, of which `inputs` may differ from 0. */
export interface Transform {
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

/** Matrices of more numbers are no constants of a model where there is another way. */
const MOST_NUMBERS = 2 ** 12;

/**
 * Whether a transform is computed in stages: complex ones always, where their length has small primes;
 * others where a matrix, which takes real numbers and half of a spectrum as they are, would be large.
 */
export function isStaged(transform: Transform): boolean {
  const { length, inputs, outputs, fromHalf, parts } = transform;
  if (!factorsOf(length)) return false;
  const whole = parts === 2 && !fromHalf && outputs === length;
  return whole || inputs * parts * outputs * (fromHalf ? 1 : 2) > MOST_NUMBERS;
}

/** The transform along an axis of x [.., inputs, .., parts] -> [.., outputs, .., 2], or 1 real part. */
export function transformed(x: OnnxValue, axis: number, transform: Transform): OnnxValue {
  const last = x.rank - 1;
  const order = [...orderOf(x).filter((each) => each !== axis && each !== last), axis, last];
  const lines = OnnxValue.natural(x.emitter, x.in(order));
  const made = (isStaged(transform) ? inStages : byMatrix)(lines, transform);
  const shape = x.shape.map((size, each) =>
    each === axis ? transform.outputs : each === last ? made.shape.at(-1)! : size,
  );
  return new OnnxValue(x.emitter, shape, order, made.natural());
}

function byMatrix(lines: OnnxValue, transform: Transform): OnnxValue {
  const { emitter } = lines;
  const outer = lines.shape.slice(0, -2);
  const rows = rowsOf(lines, transform);
  const columns = rows[0]!.length;
  const weights = new Algebra(emitter).constant(rows.flat(), [rows.length, columns]);
  const attrs = { activation: 'none', rounding: 'double', keepDims: true } as const;
  const flat = lines.reshaped([...outer, columns]).natural();
  const product = emitter.emit(dense, attrs, [flat, weights.natural()])[0]!;
  const sizes = [...outer, transform.outputs, rows.length / transform.outputs];
  return OnnxValue.natural(emitter, product).reshaped(sizes);
}

/**
 * Rows of a transform as [output, real or imaginary part][input, part]: e^(-+ 2 pi i k t / length). A
 * missing half of a spectrum counts through the half that is there.
 */
export function rowsOf({ emitter }: OnnxValue, transform: Transform): number[][] {
  const { length, inputs, outputs, inverse, fromHalf, parts } = transform;
  const made = fromHalf ? 1 : 2;
  emitter.reserve(inputs * parts * outputs * made);
  const scale = inverse ? 1 / length : 1;
  return Array.from({ length: outputs * made }, (_, row) => {
    const [k, imaginary] = [Math.floor(row / made), row % made === 1];
    return Array.from({ length: inputs * parts }, (_, column) => {
      const [t, ofImaginary] = [Math.floor(column / parts), column % parts === 1];
      const turns = ((k * t) % length) / length;
      const twice = fromHalf && t > 0 && 2 * t !== length ? 2 : 1;
      const turned = (inverse ? 1 : -1) * sine(turns);
      const value = imaginary === ofImaginary ? sine(turns + 0.25) : imaginary ? turned : -turned;
      return value * scale * twice;
    });
  });
}

// All of a spectrum, or a signal with zeros behind it, as complex numbers; then what is asked for of the result.
function inStages(lines: OnnxValue, { length, outputs, inverse, fromHalf }: Transform): OnnxValue {
  const { emitter, rank } = lines;
  const half = Math.floor(length / 2) + 1;
  const filled = complex(lines, fromHalf ? half : length);
  const whole = fromHalf ? mirrored(filled, length) : filled;
  const result = OnnxValue.natural(emitter, emitter.emit(fft, { inverse }, [whole.natural()])[0]!);
  const first = (axis: number, count: number) => cut(result, [{ axis, start: 0, step: 1, count }]);
  return fromHalf ? first(rank - 1, 1) : first(rank - 2, outputs);
}

function complex(lines: OnnxValue, length: number): OnnxValue {
  const { emitter, shape } = lines;
  const more = [length - shape.at(-2)!, 2 - shape.at(-1)!];
  if (more.every((n) => n === 0)) return lines;
  const outer = shape.slice(0, -2).map(() => 0);
  const attrs = { before: [...outer, 0, 0], after: [...outer, ...more] };
  return OnnxValue.natural(emitter, emitter.emit(pad, attrs, [lines.natural()])[0]!);
}

// Half a spectrum, and the conjugates of its elements backwards.
function mirrored(half: OnnxValue, length: number): OnnxValue {
  const m = new Algebra(half.emitter);
  const count = length - half.shape.at(-2)!;
  if (count === 0) return half;
  const axis = half.rank - 2;
  const backwards = cut(half, [{ axis, start: count, step: -1, count }]);
  return m.concat([half, m.mul(backwards, m.constant([1, -1], [2]))], axis);
}
