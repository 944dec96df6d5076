import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { naturalOrder } from './value.ts';
import type { OnnxValue } from './value.ts';
import { product } from '../../support/bytes.ts';

/** Normalisations by statistics that are computed when the model runs. */
export const STATISTICS_READERS: OnnxReaders = {
  LayerNormalization: readLayerNorm,
  RMSNormalization: readRmsNorm,
  InstanceNormalization: readInstanceNorm,
  GroupNormalization: readGroupNorm,
  MeanVarianceNormalization: readMeanVariance,
  LpNormalization: readLpNorm,
};

interface Standardized {
  readonly mean: OnnxValue;
  readonly variance: OnnxValue;
  readonly inverse: OnnxValue;
  readonly value: OnnxValue;
}

/** (x - mean) / sqrt(variance + epsilon) over axes. */
function standardized(
  m: Algebra,
  x: OnnxValue,
  axes: readonly number[],
  epsilon: number,
): Standardized {
  const mean = m.reduce('mean', x, axes);
  const centred = m.sub(x, mean);
  const variance = m.reduce('mean', m.square(centred), axes);
  const inverse = m.div(1, m.sqrt(m.add(variance, epsilon)));
  return { mean, variance, inverse, value: m.mul(centred, inverse) };
}

function readLayerNorm(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const m = new Algebra(call.emitter);
  call.ignore('stash_type');
  const axis = call.axis(call.number('axis', -1), x.rank);
  const axes = naturalOrder(x.rank).slice(axis);
  const { mean, inverse, value } = standardized(m, x, axes, call.number('epsilon', 1e-5));
  const bias = call.inputs[2];
  const scaled = m.mul(value, call.input(1));
  return [bias ? m.add(scaled, bias) : scaled, mean, inverse];
}

function readRmsNorm(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const m = new Algebra(call.emitter);
  call.ignore('stash_type');
  const axis = call.axis(call.number('axis', -1), x.rank);
  const squares = m.reduce('mean', m.square(x), naturalOrder(x.rank).slice(axis));
  const root = m.sqrt(m.add(squares, call.number('epsilon', 1e-5)));
  return [m.mul(m.div(x, root), call.input(1))];
}

// A vector of channels, as [c, 1, …] for values [n, c, …].
function perChannel(vector: OnnxValue, { shape }: OnnxValue): OnnxValue {
  return vector.reshaped([product(vector.shape), ...shape.slice(2).map(() => 1)]);
}

function readInstanceNorm(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const m = new Algebra(call.emitter);
  const axes = naturalOrder(x.rank).slice(2);
  const { value } = standardized(m, x, axes, call.number('epsilon', 1e-5));
  return [m.add(m.mul(value, perChannel(call.input(1), x)), perChannel(call.input(2), x))];
}

/** Batch normalization in training: by the batch's own mean and variance, which move the running ones towards them. */
export function normalizedBatch(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const m = new Algebra(call.emitter);
  const axes = naturalOrder(x.rank).filter((axis) => axis !== 1);
  const { mean, variance, value } = standardized(m, x, axes, call.number('epsilon', 1e-5));
  const momentum = call.number('momentum', Math.fround(0.9));
  const moved = (position: number, statistic: OnnxValue) => {
    const running = call.input(position);
    const own = statistic.reshaped(running.shape);
    return m.add(m.mul(running, momentum), m.mul(own, 1 - momentum));
  };
  const scaled = m.mul(value, perChannel(call.input(1), x));
  const output = m.add(scaled, perChannel(call.input(2), x));
  return [output, moved(3, mean), moved(4, variance)];
}

/** Up to version 20 scale and bias are one for each group, then one for each channel. */
function readGroupNorm(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const m = new Algebra(call.emitter);
  call.ignore('stash_type');
  const groups = call.number('num_groups', 1);
  const [batch = 1, channels = 1] = x.shape;
  const grouped = x.reshaped([batch, groups, product(x.shape.slice(1)) / groups]);
  const { value } = standardized(m, grouped, [2], call.number('epsilon', 1e-5));
  const [scale, bias] = [call.input(1), call.input(2)];
  if (product(scale.shape) === groups && groups !== channels) {
    const each = (vector: OnnxValue) => vector.reshaped([1, groups, 1]);
    return [m.add(m.mul(value, each(scale)), each(bias)).reshaped(x.shape)];
  }
  const whole = value.reshaped(x.shape);
  return [m.add(m.mul(whole, perChannel(scale, x)), perChannel(bias, x))];
}

function readMeanVariance(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const axes = (call.list('axes') ?? [0, 2, 3]).map((axis) => call.axis(axis, x.rank));
  return [standardized(new Algebra(call.emitter), x, axes, 1e-9).value];
}

function readLpNorm(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const m = new Algebra(call.emitter);
  const axis = call.axis(call.number('axis', -1), x.rank);
  const norm =
    call.number('p', 2) === 1
      ? m.reduce('sum', m.map('abs', x), [axis])
      : m.sqrt(m.reduce('sum', m.square(x), [axis]));
  return [m.select(m.equal(norm, 0), 0, m.div(x, norm))];
}
