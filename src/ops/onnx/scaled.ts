import type { DType } from '../../ir/types.ts';
import { dtypeOfCode } from '../../formats/onnx/type-records.ts';
import { Unsupported } from '../op.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { matrixProductOf } from './matrix.ts';
import { picked } from './movement.ts';
import { naturalOrder } from './value.ts';
import type { OnnxValue } from './value.ts';

/**
 * Quantization whose scales and zero points the model computes or is given, or has one of for each block:
 * sums in int32, scales in floats, as ONNX writes them (onnx/defs/quantization). What is known when the
 * model is read becomes fixed-point arithmetic elsewhere (quantized.ts, qoperators.ts).
 */
export const SCALED_READERS: OnnxReaders = {
  DynamicQuantizeLinear: readDynamicQuantize,
  MatMulInteger: (call) => {
    const m = new Algebra(call.emitter);
    const [a, b] = [offsets(m, call, 0, 2, -2), offsets(m, call, 1, 3, -1)];
    return [matrixProductOf(a, b)];
  },
};

/** Whether a scale or a zero point is not known when the model is read. */
export function isComputed(call: OnnxCall, ...positions: readonly number[]): boolean {
  return positions.some((position) => call.inputs[position]?.isConstant === false);
}

/** Types whose range is all that a quantized value can have; cast saturates to it. */
const STORED: readonly DType[] = ['int8', 'uint8', 'int16'];

/** round(x / scale) + zero, halves to even, saturated. */
export function quantizeInFloats(call: OnnxCall): readonly OnnxValue[] {
  const m = new Algebra(call.emitter);
  const x = m.cast(call.input(0), 'float32');
  const zero = call.inputs[2];
  const given = call.number('output_dtype', 0);
  const dtype = zero?.dtype ?? (given === 0 ? 'uint8' : dtypeOfCode(given));
  if (!dtype || !STORED.includes(dtype)) throw new Unsupported('it makes a type of other bits');
  const each = spread(call, x, 1);
  return [stored(m, m.div(x, each(call.input(1))), zero && each(zero), dtype)];
}

/** scale * (x - zero): the difference in int32. */
export function dequantizeInFloats(call: OnnxCall): readonly OnnxValue[] {
  const m = new Algebra(call.emitter);
  const x = call.input(0);
  const each = spread(call, x, 1);
  const zero = call.inputs[2];
  const whole = m.cast(x, 'int32');
  const moved = zero ? m.sub(whole, m.cast(each(zero), 'int32')) : whole;
  return [m.mul(m.cast(moved, 'float32'), each(call.input(1)))];
}

/** QLinearMatMul: sums in int32, then times f32(f32(scale a * scale b) / scale y). */
export function scaledProduct(call: OnnxCall): readonly OnnxValue[] {
  const m = new Algebra(call.emitter);
  const [a, b] = [offsets(m, call, 0, 2, -2), offsets(m, call, 3, 5, -1)];
  const sums = m.cast(matrixProductOf(a, b), 'float32');
  const by = m.div(
    m.mul(perRow(call.input(1), a, -2), perRow(call.input(4), b, -1)),
    perRow(call.input(6), a, -2),
  );
  const zero = call.input(7);
  return [stored(m, m.mul(sums, by), perRow(zero, a, -2), zero.dtype)];
}

/** The range of the values of one inference, widened to hold 0, in 255 steps. */
function readDynamicQuantize(call: OnnxCall): readonly OnnxValue[] {
  const m = new Algebra(call.emitter);
  const x = call.input(0);
  const extreme = (name: string) => m.reduce(name, x, naturalOrder(x.rank)).reshaped([]);
  const least = m.min(extreme('reduce_min'), 0);
  const range = m.sub(m.max(extreme('reduce_max'), 0), least);
  const steps = m.div(range, 255);
  // Zeros alone have any scale.
  const scale = m.select(m.equal(steps, 0), 1, steps);
  const zero = m.cast(m.map('round', m.sub(0, m.div(least, scale))), 'uint8');
  return [stored(m, m.div(x, scale), zero, 'uint8'), scale, zero];
}

// Steps from a zero point: cast takes what lies beyond the type to its ends.
function stored(
  m: Algebra,
  exact: OnnxValue,
  zero: OnnxValue | undefined,
  dtype: DType,
): OnnxValue {
  const steps = m.map('round', exact);
  return m.cast(zero ? m.add(steps, m.cast(zero, 'float32')) : steps, dtype);
}

/** Scales and zero points as they go with a value: one for all, for each entry of an axis, or for each block of them. */
function spread(call: OnnxCall, x: OnnxValue, otherwise: number): (of: OnnxValue) => OnnxValue {
  const given = call.number('axis', otherwise);
  const block = call.number('block_size', 0);
  call.ignore('saturate', 'precision');
  return (of) => {
    if (of.shape.every((size) => size === 1)) return of.reshaped([]);
    const axis = call.axis(given, x.rank);
    if (block === 0) return of.reshaped([...of.shape, ...x.shape.slice(axis + 1).map(() => 1)]);
    const places = call.emitter.reserve(x.shape[axis]!);
    return picked(
      of,
      axis,
      Array.from({ length: places }, (_, i) => Math.floor(i / block)),
    );
  };
}

// What lies at a position as int32, less its zero point, of which there may be one for each row or column.
function offsets(
  m: Algebra,
  call: OnnxCall,
  position: number,
  zero: number,
  along: -1 | -2,
): OnnxValue {
  const x = call.input(position);
  const wide = m.cast(x, 'int32');
  const given = call.inputs[zero];
  return given ? m.sub(wide, perRow(m.cast(given, 'int32'), x, along)) : wide;
}

// One number, one for each row of matrices (-2) or for each column (-1); or as it broadcasts.
function perRow(of: OnnxValue, { rank }: OnnxValue, along: -1 | -2): OnnxValue {
  if (of.shape.every((size) => size === 1)) return of.reshaped([]);
  return of.rank === 1 && along === -2 && rank > 1 ? of.reshaped([...of.shape, 1]) : of;
}
