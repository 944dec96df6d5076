import { Unsupported } from '../op.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReader, OnnxReaders } from './call.ts';
import type { OnnxValue } from './value.ts';

type Formula = (m: Algebra, x: OnnxValue, call: OnnxCall) => OnnxValue;

/** Functions of one value that have an operator of their own. */
const NAMED: Readonly<Record<string, string>> = {
  ...{ Abs: 'abs', Neg: 'neg', Sign: 'sign', Floor: 'floor', Ceil: 'ceil', Round: 'round' },
  ...{ Sqrt: 'sqrt', Exp: 'exp', Log: 'log', Sin: 'sin', Cos: 'cos', Erf: 'erf', Atan: 'atan' },
};

/** e^x - e^-x or their sum, halved. */
const hyperbolic = (m: Algebra, x: OnnxValue, sign: 'add' | 'sub') =>
  m.mul(m.combine(sign, m.exp(x), m.exp(m.map('neg', x))), 0.5);

/** ln(1 + e^x). */
const softplus = (m: Algebra, x: OnnxValue) =>
  m.add(m.max(x, 0), m.log(m.add(m.exp(m.map('neg', m.map('abs', x))), 1)));

/** factor * (e^(x / width) - 1) below zero, and slope * x above. */
function exponentialBelow(
  m: Algebra,
  x: OnnxValue,
  { factor, width = 1, slope = 1 }: { factor: number; width?: number; slope?: number },
): OnnxValue {
  const inside = width === 1 ? x : m.div(x, width);
  const below = m.mul(m.sub(m.exp(m.min(inside, 0)), 1), factor);
  return m.add(m.max(slope === 1 ? x : m.mul(x, slope), 0), below);
}

/** As ONNX writes them out (onnx/defs/math and nn). */
const FORMULAS: Readonly<Record<string, Formula>> = {
  Reciprocal: (m, x) => m.div(1, x),
  Tan: (m, x) => m.div(m.map('sin', x), m.map('cos', x)),
  Sinh: (m, x) => hyperbolic(m, x, 'sub'),
  Cosh: (m, x) => hyperbolic(m, x, 'add'),
  Asinh: (m, x) => {
    const size = m.map('abs', x);
    return m.mul(m.map('sign', x), m.log(m.add(size, m.sqrt(m.add(m.square(size), 1)))));
  },
  Acosh: (m, x) => m.log(m.add(x, m.sqrt(m.sub(m.square(x), 1)))),
  Atanh: (m, x) => m.mul(m.log(m.div(m.add(x, 1), m.sub(1, x))), 0.5),
  // By half the angle, whose tangent loses no digits near the ends.
  Asin: (m, x) => {
    const cosine = m.sqrt(m.mul(m.sub(1, x), m.add(x, 1)));
    return m.mul(m.map('atan', m.div(x, m.add(cosine, 1))), 2);
  },
  Acos: (m, x) => m.mul(m.map('atan', m.sqrt(m.div(m.sub(1, x), m.add(x, 1)))), 2),
  HardSigmoid: (m, x, call) => {
    const [alpha, beta] = [call.number('alpha', 0.2), call.number('beta', 0.5)];
    return m.map('clip', m.add(m.mul(x, alpha), beta), { low: 0, high: 1 });
  },
  Elu: (m, x, call) => exponentialBelow(m, x, { factor: call.number('alpha', 1) }),
  Selu: (m, x, call) => {
    const old = call.opset < 6;
    const gamma = call.number('gamma', old ? 1.0507 : 1.05070102214813232421875);
    const alpha = call.number('alpha', old ? 1.6732 : 1.67326319217681884765625);
    return exponentialBelow(m, x, { factor: gamma * alpha, slope: gamma });
  },
  Celu: (m, x, call) => {
    const alpha = call.number('alpha', 1);
    return exponentialBelow(m, x, { factor: alpha, width: alpha });
  },
  ThresholdedRelu: (m, x, call) => m.select(m.less(call.number('alpha', 1), x), x, 0),
  Shrink: (m, x, call) => {
    const [lambda, bias] = [call.number('lambd', 0.5), call.number('bias', 0)];
    const above = m.select(m.less(lambda, x), m.sub(x, bias), 0);
    return m.select(m.less(x, -lambda), m.add(x, bias), above);
  },
  Softplus: softplus,
  Softsign: (m, x) => m.div(x, m.add(m.map('abs', x), 1)),
  Mish: (m, x) => m.mul(x, m.tanh(softplus(m, x))),
  Swish: (m, x, call) => {
    const alpha = call.number('alpha', 1);
    return m.mul(x, m.sigmoid(alpha === 1 ? x : m.mul(x, alpha)));
  },
  Gelu: (m, x, call) => {
    if (call.choice('approximate', ['none', 'tanh'], 'none') === 'none')
      return m.mul(m.mul(x, 0.5), m.add(m.map('erf', m.mul(x, Math.SQRT1_2)), 1));
    const cubic = m.add(x, m.mul(m.mul(m.square(x), x), 0.044715));
    return m.mul(m.mul(x, 0.5), m.add(m.tanh(m.mul(cubic, Math.sqrt(2 / Math.PI))), 1));
  },
  IsNaN: (m, x) => m.combine('not_equal', x, x, 'bool'),
  IsInf: (m, x, call) => {
    const [up, down] = [call.number('detect_positive', 1), call.number('detect_negative', 1)];
    const above = m.less(3.4028234663852886e38, x);
    const below = m.less(x, -3.4028234663852886e38);
    if (up !== 0 && down !== 0) return m.combine('logical_or', above, below, 'bool');
    if (up === 0 && down === 0) throw new Unsupported('it looks for no infinity');
    return up !== 0 ? above : below;
  },
  Not: (m, x) => m.equal(x, 0),
  BitwiseNot: (m, x) => m.combine('bitwise_xor', x, x.dtype === 'uint8' ? 255 : -1),
};

function reader(formula: Formula): OnnxReader {
  return (call) => [formula(new Algebra(call.emitter), call.input(0), call)];
}

export const FUNCTION_READERS: OnnxReaders = {
  ...Object.fromEntries(
    Object.entries(NAMED).map(([type, name]) => [type, reader((m, x) => inKnownType(m, name, x))]),
  ),
  ...Object.fromEntries(Object.entries(FORMULAS).map(([type, formula]) => [type, reader(formula)])),
};

// Of whole numbers, through floats or int32: those of few bits are exact there.
function inKnownType(m: Algebra, name: string, x: OnnxValue): OnnxValue {
  if (x.dtype === 'float32') return m.map(name, x);
  if (x.dtype === 'int64' && name === 'neg') return m.sub(0, x);
  if (x.dtype === 'int64' && name === 'abs') return m.max(x, m.sub(0, x));
  if (x.dtype === 'int64' && name === 'sign') return m.min(m.max(x, -1), 1);
  if (name === 'neg') return m.cast(m.sub(0, m.cast(x, 'int32')), x.dtype);
  if (name === 'abs') {
    const wide = m.cast(x, 'int32');
    return m.cast(m.max(wide, m.sub(0, wide)), x.dtype);
  }
  if (name === 'sign') {
    const wide = m.cast(x, 'int32');
    return m.cast(m.min(m.max(wide, -1), 1), x.dtype);
  }
  return m.cast(m.map(name, m.cast(x, 'float32')), x.dtype);
}
