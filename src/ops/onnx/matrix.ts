import { add } from '../elementwise/add.ts';
import { mul } from '../elementwise/mul.ts';
import { dense } from '../dense/dense.ts';
import type { TensorId } from '../../ir/types.ts';
import { Unsupported } from '../op.ts';
import { reshape } from '../shape/reshape.ts';
import { Algebra } from './algebra.ts';
import { combine } from './binary.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { scalar } from './scalars.ts';
import { OnnxValue } from './value.ts';

export const MATRIX_READERS: OnnxReaders = { Gemm: readGemm, MatMul: readMatMul };

const PLAIN = { activation: 'none', rounding: 'double' } as const;

/** alpha * a * b + beta * c; b is constant, and a's columns may come in any order. */
function readGemm(call: OnnxCall): readonly OnnxValue[] {
  const [a, b, c] = [call.input(0), call.input(1), call.inputs[2]];
  if (a.rank !== 2 || b.rank !== 2) throw new Unsupported('its operands are no matrices');
  // Up to version 6 an attribute allows what is always allowed now.
  call.ignore('broadcast');
  const [alpha, beta] = [call.number('alpha', 1), call.number('beta', 1)];
  const rows = call.number('transA', 0) ? a.transposed([1, 0]) : a;
  // [outputs, depth]
  const weights = scaled(call.number('transB', 0) ? b : b.transposed([1, 0]), alpha);
  const bias = c && scaled(c, beta);
  const outputs = weights.shape[0]!;
  if (!weights.isConstant) {
    const m = new Algebra(call.emitter);
    const whole = m.matmul(rows, weights.transposed([1, 0]));
    return [bias ? m.add(whole, bias) : whole];
  }
  const fits = bias && bias.isConstant && isRow(bias, outputs);
  const product = applyDense(call, rows, weights, fits ? asBias(bias, outputs) : undefined);
  if (!bias || fits) return [product];
  return [combine(add, product, bias)];
}

function scaled(value: OnnxValue, factor: number): OnnxValue {
  return factor === 1 ? value : combine(mul, value, scalar(value.emitter, factor));
}

function isRow({ shape }: OnnxValue, outputs: number): boolean {
  const size = shape.at(-1) ?? 1;
  return shape.slice(0, -1).every((n) => n === 1) && (size === outputs || size === 1);
}

function asBias(bias: OnnxValue, outputs: number): TensorId {
  const { emitter } = bias;
  const size = bias.shape.at(-1) ?? 1;
  if (size === outputs) return emitter.emit(reshape, { shape: [outputs] }, [bias.natural()])[0]!;
  const zeros = emitter.constant(
    'zeros',
    { dtype: 'float32', shape: [outputs] },
    new Uint8Array(4 * emitter.reserve(outputs)),
  );
  const one = emitter.emit(reshape, { shape: [1] }, [bias.natural()])[0]!;
  return emitter.emit(add, PLAIN, [zeros, one])[0]!;
}

function applyDense(
  { emitter }: OnnxCall,
  rows: OnnxValue,
  weights: OnnxValue,
  bias: TensorId | undefined,
): OnnxValue {
  const attrs = { ...PLAIN, keepDims: true };
  return rowsTimes(rows, weights, (x, w) => emitter.emit(dense, attrs, [x, w, bias])[0]!);
}

/** rows [.., k] times weights [o, k], multiplied by `product` when both lie in one order of columns. */
export function rowsTimes(
  rows: OnnxValue,
  weights: OnnxValue,
  product: (rows: TensorId, weights: TensorId) => TensorId,
): OnnxValue {
  if (rows.shape.at(-1) !== weights.shape[1])
    throw new Unsupported(
      `its matrices [${rows.shape.join(',')}] and [${[...weights.shape].reverse().join(',')}] do not fit`,
    );
  const shuffled = shuffledColumns(rows, weights);
  const tensor = shuffled
    ? product(shuffled.rows, shuffled.weights)
    : product(rows.natural(), weights.natural());
  return OnnxValue.natural(rows.emitter, tensor);
}

/**
 * Rows that a reshape makes of planes, [n, c, y, x] -> [n, c * y * x], taken in the order in which
 * they are stored: the columns of the weights move instead.
 */
function shuffledColumns(
  rows: OnnxValue,
  weights: OnnxValue,
): { rows: TensorId; weights: TensorId } | undefined {
  const source = rows.folded?.source;
  const [batch, depth] = rows.shape;
  if (!source || !weights.isConstant || rows.rank !== 2 || source.shape[0] !== batch)
    return undefined;
  if (source.order[0] !== 0) return undefined;
  const { emitter } = rows;
  const outputs = weights.shape[0]!;
  const split = OnnxValue.natural(
    emitter,
    emitter.emit(reshape, { shape: [outputs, ...source.shape.slice(1)] }, [weights.natural()])[0]!,
  );
  return {
    rows: emitter.emit(reshape, { shape: [batch!, depth!] }, [source.stored()])[0]!,
    weights: emitter.emit(reshape, { shape: [outputs, depth!] }, [split.in(source.order)])[0]!,
  };
}

/** NumPy's matrix product: a vector is a matrix of one row or column, which then goes again. */
function readMatMul(call: OnnxCall): readonly OnnxValue[] {
  const [a, b] = [call.input(0), call.input(1)];
  if (b.rank === 2 && a.rank > 0 && b.isConstant)
    return [applyDense(call, a, b.transposed([1, 0]), undefined)];
  return [matrixProductOf(a, b)];
}

/** The product of two values, neither of which need be constant; of floats or of int32. */
export function matrixProductOf(a: OnnxValue, b: OnnxValue): OnnxValue {
  const rows = a.rank === 1 ? a.reshaped([1, ...a.shape]) : a;
  const columns = b.rank === 1 ? b.reshaped([...b.shape, 1]) : b;
  const product = new Algebra(a.emitter).matmul(rows, columns);
  const batch = product.shape.slice(0, -2);
  const [height = 1, width = 1] = product.shape.slice(-2);
  const kept = [...(a.rank === 1 ? [] : [height]), ...(b.rank === 1 ? [] : [width])];
  return product.reshaped([...batch, ...kept]);
}
