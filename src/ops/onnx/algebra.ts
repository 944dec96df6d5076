import type { DType, TensorId, TensorType } from '../../ir/types.ts';
import { storedRange } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import { bytesOfNumbers } from '../constant-op.ts';
import { OPS } from '../index.ts';
import { Unsupported } from '../op.ts';
import { broadcast, mapped, orderOf } from './align.ts';
import type { Emitter } from './emitter.ts';
import { OnnxValue } from './value.ts';

/** Operators whose attributes say how to clamp and to round. */
const CLAMPED: readonly string[] = ['add', 'sub', 'mul', 'div', 'squared_difference'];

type Operand = OnnxValue | number;

/**
 * Formulas over values: each method adds the nodes of one operation. What has no kernel for a type of
 * few bits is computed in int32, where it wraps alike.
 */
export class Algebra {
  constructor(readonly emitter: Emitter) {}

  /** A constant of a type; of float32 unless said otherwise. */
  constant(
    numbers: readonly number[],
    shape: readonly number[],
    dtype: DType = 'float32',
  ): OnnxValue {
    const type = { dtype, shape };
    const data = bytesOfNumbers(type, numbers);
    return OnnxValue.natural(this.emitter, this.emitter.constant('constant', type, data));
  }

  /** 0, 1, 2, …: as many numbers as asked for. */
  count(numbers: number): number[] {
    return Array.from({ length: this.emitter.reserve(numbers) }, (_, i) => i);
  }

  /** A function of each value. */
  map(name: string, x: OnnxValue, attrs: object = {}): OnnxValue {
    return mapped(x, (stored) => this.emit(name, attrs, [stored]));
  }

  /** Operands that broadcast; a number has the type of the other operand. */
  combine(name: string, a: Operand, b: Operand, result?: DType): OnnxValue {
    const [x, y] = [this.#value(a, b), this.#value(b, a)];
    const attrs = CLAMPED.includes(name) ? { activation: 'none', rounding: 'double' } : {};
    const type = result && ([{ dtype: result }] as const);
    return broadcast([x, y], (tensors) => this.emit(name, attrs, tensors, type));
  }

  add = (a: Operand, b: Operand): OnnxValue => this.combine('add', a, b);
  sub = (a: Operand, b: Operand): OnnxValue => this.combine('sub', a, b);
  mul = (a: Operand, b: Operand): OnnxValue => this.combine('mul', a, b);
  div = (a: Operand, b: Operand): OnnxValue => this.combine('div', a, b);
  max = (a: Operand, b: Operand): OnnxValue => this.combine('maximum', a, b);
  min = (a: Operand, b: Operand): OnnxValue => this.combine('minimum', a, b);
  less = (a: Operand, b: Operand): OnnxValue => this.combine('less', a, b, 'bool');
  equal = (a: Operand, b: Operand): OnnxValue => this.combine('equal', a, b, 'bool');
  exp = (x: OnnxValue): OnnxValue => this.map('exp', x);
  log = (x: OnnxValue): OnnxValue => this.map('log', x);
  sqrt = (x: OnnxValue): OnnxValue => this.map('sqrt', x);
  tanh = (x: OnnxValue): OnnxValue => this.map('tanh', x);
  sigmoid = (x: OnnxValue): OnnxValue => this.map('logistic', x);
  square = (x: OnnxValue): OnnxValue => this.mul(x, x);

  /** `a` where `condition` is true, else `b`. */
  select(condition: OnnxValue, a: Operand, b: Operand): OnnxValue {
    const [x, y] = [this.#value(a, b), this.#value(b, a)];
    const type = typeOf(this.emitter, x.origin);
    return broadcast([condition, x, y], (tensors) => this.emit('select', {}, tensors, [type]));
  }

  cast(x: OnnxValue, dtype: DType): OnnxValue {
    if (x.dtype === dtype) return x;
    const direct = ['float32', 'int32'];
    if (!direct.includes(x.dtype) && !direct.includes(dtype))
      return this.cast(this.cast(x, 'int32'), dtype);
    return mapped(x, (stored) => this.emit('cast', {}, [stored], [{ dtype }]));
  }

  /** A reduction over axes, which stay with the size 1. */
  reduce(name: string, x: OnnxValue, axes: readonly number[]): OnnxValue {
    if (axes.length === 0) return x;
    const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    if (x.shape.includes(0) && !kept.includes(0)) return this.#neutral(name, kept, x.dtype);
    const order = orderOf(x);
    const along = axes.map((axis) => order.indexOf(axis)).sort((a, b) => a - b);
    const rounding = name === 'mean' || name === 'sum' ? { rounding: 'double' } : {};
    const attrs = { axes: along, keepDims: true, ...rounding };
    return new OnnxValue(this.emitter, kept, order, this.emit(name, attrs, [x.stored()]));
  }

  /** NumPy's product of matrices; batches broadcast. */
  matmul(a: OnnxValue, b: OnnxValue): OnnxValue {
    const attrs = { transposeA: false, transposeB: false };
    const tensors = [a.natural(), b.natural()];
    return OnnxValue.natural(this.emitter, this.emit('batch_matmul', attrs, tensors));
  }

  /** e^x over its sum along an axis. */
  softmax(x: OnnxValue, axis: number): OnnxValue {
    return this.#alongLast('softmax', { beta: 1, arithmetic: 'fixed' }, x, axis);
  }

  logSoftmax(x: OnnxValue, axis: number): OnnxValue {
    return this.#alongLast('log_softmax', {}, x, axis);
  }

  /** Entries by indices that the model computes. */
  gather(x: OnnxValue, indices: OnnxValue, axis: number, size: number): OnnxValue {
    const given = this.cast(indices, 'int32');
    // Negative ones count from the end.
    const places = this.select(this.less(given, 0), this.add(given, size), given);
    const tensors = [x.natural(), places.natural()];
    const type = [typeOf(this.emitter, tensors[0]!)];
    return OnnxValue.natural(
      this.emitter,
      this.emit('gather', { axis, batchDims: 0 }, tensors, type),
    );
  }

  /** Entries by indices along the first axes, as many as the last axis of the indices has. */
  gatherNd(x: OnnxValue, indices: OnnxValue): OnnxValue {
    return this.natural(this.emit('gather_nd', {}, [x.natural(), indices.natural()]));
  }

  /** A value whose tensor stores the axes as the model has them. */
  natural(tensor: TensorId): OnnxValue {
    return OnnxValue.natural(this.emitter, tensor);
  }

  concat(values: readonly OnnxValue[], axis: number): OnnxValue {
    const tensor = this.emit(
      'concat',
      { axis },
      values.map((value) => value.natural()),
    );
    return OnnxValue.natural(this.emitter, tensor);
  }

  /** One node; throws Unsupported where thimble has no such operator. */
  emit(
    name: string,
    attrs: object,
    inputs: readonly TensorId[],
    outputs?: readonly Omit<TensorType, 'shape'>[],
  ): TensorId {
    const op = OPS.find((each) => each.name === name);
    if (!op) throw new Unsupported(`it needs ${name}, which is not supported`);
    return this.emitter.emit(op, attrs, inputs, outputs)[0]!;
  }

  // What a reduction of nothing gives.
  #neutral(name: string, shape: readonly number[], dtype: DType): OnnxValue {
    const [least, most] = storedRange(dtype);
    const values: Readonly<Record<string, number>> = {
      ...{ sum: 0, mean: NaN, reduce_prod: 1, reduce_any: 0, reduce_all: 1 },
      ...{ reduce_max: least, reduce_min: most },
    };
    const count = this.emitter.reserve(product(shape));
    return this.constant(Array<number>(count).fill(values[name] ?? NaN), shape, dtype);
  }

  #alongLast(name: string, attrs: object, x: OnnxValue, axis: number): OnnxValue {
    const order = [...orderOf(x).filter((each) => each !== axis), axis];
    return new OnnxValue(this.emitter, x.shape, order, this.emit(name, attrs, [x.in(order)]));
  }

  #value(x: Operand, other: Operand): OnnxValue {
    if (typeof x !== 'number') return x;
    const dtype = typeof other === 'number' ? 'float32' : other.dtype;
    return this.constant([x], [], dtype);
  }
}

function typeOf(emitter: Emitter, id: TensorId): Omit<TensorType, 'shape'> {
  const { dtype, quant } = emitter.tensor(id);
  return { dtype, ...(quant && { quant }) };
}
