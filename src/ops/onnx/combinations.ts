import { Unsupported } from '../op.ts';
import { Algebra } from './algebra.ts';
import { operands } from './binary.ts';
import { mapped } from './align.ts';
import type { OnnxCall, OnnxReader, OnnxReaders } from './call.ts';
import { constantValueOf, orOnConstants } from './integers.ts';
import type { OnnxValue } from './value.ts';
import { constantNumbers } from '../../ir/values.ts';
import { dtypeOfCode } from '../../formats/onnx/type-records.ts';

type Formula = (m: Algebra, a: OnnxValue, b: OnnxValue, call: OnnxCall) => OnnxValue;

/** Types of few bits, whose arithmetic is that of int32 with the upper bits cut off. */
const NARROW = ['int8', 'uint8', 'int16', 'bool'];

function arithmetic(name: string): Formula {
  return (m, a, b) => {
    if (!NARROW.includes(a.dtype)) return m.combine(name, a, b);
    const wide = m.combine(name, m.cast(a, 'int32'), m.cast(b, 'int32'));
    return m.cast(wide, a.dtype);
  };
}

function comparison(name: string, swaps = false): Formula {
  return (m, a, b) => {
    const wide = (x: OnnxValue) => (NARROW.includes(x.dtype) ? m.cast(x, 'int32') : x);
    const [x, y] = swaps ? [b, a] : [a, b];
    return m.combine(name, wide(x), wide(y), 'bool');
  };
}

/** A remainder of the dividend's sign (fmod), or of the divisor's. */
function remainder(m: Algebra, a: OnnxValue, b: OnnxValue, call: OnnxCall): OnnxValue {
  const ofDividend = call.number('fmod', 0) !== 0;
  if (a.dtype === 'float32') {
    const quotient = m.div(a, b);
    const size = m.map('floor', m.map('abs', quotient));
    return m.sub(a, m.mul(m.mul(size, m.map('sign', quotient)), b));
  }
  if (!ofDividend) return arithmetic('floor_mod')(m, a, b, call);
  const wide = a.dtype === 'int64' ? 'int64' : 'int32';
  const [x, y] = [m.cast(a, wide), m.cast(b, wide)];
  return m.cast(m.sub(x, m.mul(m.div(x, y), y)), a.dtype);
}

/** Of unsigned numbers, by powers of two: what is shifted out is gone. */
function shifted(m: Algebra, a: OnnxValue, b: OnnxValue, call: OnnxCall): OnnxValue {
  if (a.dtype !== 'uint8') throw new Unsupported(`it shifts ${a.dtype}; uint8 is supported`);
  const direction = call.choice('direction', ['LEFT', 'RIGHT'], 'LEFT');
  const power = m.combine('pow', 2, m.cast(b, 'int32'));
  const wide = m.cast(a, 'int32');
  return m.cast(direction === 'LEFT' ? m.mul(wide, power) : m.div(wide, power), a.dtype);
}

const FORMULAS: Readonly<Record<string, Formula>> = {
  Add: arithmetic('add'),
  Sub: arithmetic('sub'),
  Mul: arithmetic('mul'),
  Div: arithmetic('div'),
  Pow: (m, a, b) => m.cast(m.combine('pow', m.cast(a, 'float32'), m.cast(b, 'float32')), a.dtype),
  Mod: remainder,
  BitShift: shifted,
  BitwiseAnd: (m, a, b) => m.combine('bitwise_and', a, b),
  BitwiseOr: (m, a, b) => m.combine('bitwise_or', a, b),
  BitwiseXor: (m, a, b) => m.combine('bitwise_xor', a, b),
  Equal: comparison('equal'),
  Less: comparison('less'),
  LessOrEqual: comparison('less_equal'),
  Greater: comparison('less', true),
  GreaterOrEqual: comparison('less_equal', true),
  And: (m, a, b) => m.combine('logical_and', a, b, 'bool'),
  Or: (m, a, b) => m.combine('logical_or', a, b, 'bool'),
  Xor: (m, a, b) => m.combine('not_equal', a, b, 'bool'),
};

/** Of any number of operands, two by two. */
const CHAINS: Readonly<Record<string, string>> = {
  Max: 'maximum',
  Min: 'minimum',
  Sum: 'add',
  Mean: 'add',
};

function chain(type: string, name: string): OnnxReader {
  return (call) => {
    const m = new Algebra(call.emitter);
    const values = call.all();
    const whole = values.slice(1).reduce((sum, x) => arithmetic(name)(m, sum, x, call), values[0]!);
    return [type === 'Mean' ? m.div(whole, values.length) : whole];
  };
}

export const COMBINATION_READERS: OnnxReaders = {
  ...Object.fromEntries(
    Object.entries(FORMULAS).map(([type, formula]) => [
      type,
      orOnConstants(type, (call) => [formula(new Algebra(call.emitter), ...operands(call), call)]),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(CHAINS).map(([type, name]) => [type, orOnConstants(type, chain(type, name))]),
  ),
  Where: orOnConstants('Where', (call) => [
    new Algebra(call.emitter).select(call.input(0), call.input(1), call.input(2)),
  ]),
  Cast: (call) => [castTo(call, dtypeOfCode(call.number('to', 0)))],
  BitCast: (call) => {
    const dtype = dtypeOfCode(call.number('to', 0));
    if (!dtype) throw new Unsupported('it makes a type that thimble does not have');
    const m = new Algebra(call.emitter);
    return [mapped(call.input(0), (stored) => m.emit('bitcast', {}, [stored], [{ dtype }]))];
  },
  CastLike: (call) => [castTo(call, call.input(1).dtype)],
};

function castTo(call: OnnxCall, dtype: ReturnType<typeof dtypeOfCode>): OnnxValue {
  call.ignore('saturate', 'round_mode');
  if (!dtype) throw new Unsupported('it makes a type that thimble does not have');
  const x = call.input(0);
  if (x.dtype === dtype) return x;
  const tensor = x.isConstant && call.emitter.tensor(x.natural());
  if (!tensor || tensor.quant) return new Algebra(call.emitter).cast(x, dtype);
  const numbers = constantNumbers(tensor);
  if (dtype === 'float32') return constantValueOf(call, numbers, x.shape, dtype);
  const whole = numbers.map(dtype === 'bool' ? (n) => Number(n !== 0) : Math.trunc);
  if (!whole.every(Number.isSafeInteger)) throw new Unsupported('its constant is beyond 53 bits');
  return constantValueOf(call, whole, x.shape, dtype);
}
