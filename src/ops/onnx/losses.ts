import { product } from '../../support/bytes.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { naturalOrder } from './value.ts';
import type { OnnxValue } from './value.ts';

export const LOSS_READERS: OnnxReaders = {
  NegativeLogLikelihoodLoss: (call) => {
    const [x, target] = [call.input(0), call.input(1)];
    return [negativeLogLikelihood(call, x, target, call.inputs[2])];
  },
  SoftmaxCrossEntropyLoss: (call) => {
    const [x, target] = [call.input(0), call.input(1)];
    const [batch = 1, classes = 1, ...places] = x.shape;
    const rows = places.length > 4 ? x.reshaped([batch, classes, product(places)]) : x;
    const logarithms = new Algebra(call.emitter).logSoftmax(rows, 1).reshaped(x.shape);
    return [negativeLogLikelihood(call, logarithms, target, call.inputs[2]), logarithms];
  },
};

/**
 * -weight[target] * x[n, target, …] for each place: what the mask of a comparison leaves of a sum over
 * classes. The mean is over the weights, and places with `ignore_index` have none.
 */
function negativeLogLikelihood(
  call: OnnxCall,
  input: OnnxValue,
  target: OnnxValue,
  weight: OnnxValue | undefined,
): OnnxValue {
  const m = new Algebra(call.emitter);
  const [batch = 1, classes = 1, ...places] = input.shape;
  // Places in a row, where kernels have too few loops for them.
  const deep = places.length > 4;
  const row = deep ? [product(places)] : places;
  const each = row.map(() => 1);
  const x = deep ? input.reshaped([batch, classes, ...row]) : input;
  const column = m.cast(target, 'int32').reshaped([batch, 1, ...row]);
  const numbers = m.count(classes);
  const mask = m.equal(column, m.constant(numbers, [1, classes, ...each], 'int32'));
  const counted = call.node.attributes.has('ignore_index')
    ? m.combine('not_equal', column, call.number('ignore_index', -1), 'bool')
    : undefined;
  const weights = weight
    ? m.reduce('sum', m.select(mask, weight.reshaped([1, classes, ...each]), 0), [1])
    : m.constant([1], [1, 1, ...each]);
  const used = counted ? m.select(counted, weights, 0) : weights;
  const picked = m.reduce('sum', m.select(mask, x, 0), [1]);
  const loss = m.map('neg', m.mul(picked, used));
  const reduction = call.choice('reduction', ['mean', 'sum', 'none'], 'mean');
  if (reduction === 'none') return loss.reshaped([batch, ...places]);
  const all = naturalOrder(x.rank);
  const total = m.reduce('sum', loss, all).reshaped([]);
  if (reduction === 'sum') return total;
  const every = m.mul(
    used,
    m.constant(Array<number>(m.emitter.reserve(batch)).fill(1), [batch, 1, ...each]),
  );
  const count = [batch, ...places].reduce((a, b) => a * b, 1);
  const elements = every.shape.reduce((a, b) => a * b, 1);
  const whole = m.mul(m.reduce('sum', every, all), count / elements);
  return m.div(total, whole.reshaped([]));
}
