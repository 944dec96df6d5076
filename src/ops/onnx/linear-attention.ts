import { Unsupported } from '../op.ts';
import { Algebra } from './algebra.ts';
import { inHeads } from './attention.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { cut } from './movement.ts';
import type { OnnxValue } from './value.ts';

export const LINEAR_ATTENTION_READERS: OnnxReaders = { LinearAttention: readLinearAttention };

/** Values [batch, heads, time, size] of the operands that a step reads. */
interface Steps {
  readonly queries: OnnxValue;
  readonly keys: OnnxValue;
  readonly values: OnnxValue;
  /** Logarithms of what a state keeps. */
  readonly decay: OnnxValue | undefined;
  /** How much of a value's difference from what the state says is learnt. */
  readonly beta: OnnxValue | undefined;
  /** What of a key asks the state. */
  readonly erase: OnnxValue | undefined;
}

/**
 * A state [batch, heads, key, value] that each step decays, adds its key times its value to, and answers
 * its queries from; steps are written out one after another. Source: onnx/reference/ops/op_linear_attention.py.
 */
function readLinearAttention(call: OnnxCall): readonly OnnxValue[] {
  call.ignore('chunk_size');
  const m = new Algebra(call.emitter);
  const [asking, heads] = [call.number('q_num_heads', 0), call.number('kv_num_heads', 0)];
  if (!(heads >= 1) || !(asking >= heads) || asking % heads !== 0)
    throw new Unsupported(`it has ${asking} heads that ask ${heads}`);
  const rule = call.choice(
    'update_rule',
    ['linear', 'gated', 'delta', 'gated_delta'],
    'gated_delta',
  );
  const [gated, corrected] = [rule.startsWith('gated'), rule.endsWith('delta')];
  const optional = (position: number, used: boolean) => {
    const value = call.inputs[position];
    if (used && !value) throw new Unsupported(`its rule "${rule}" lacks input ${position}`);
    return used ? value : undefined;
  };
  const steps: Steps = {
    queries: inHeads(call.input(0), asking),
    keys: inHeads(call.input(1), heads),
    values: inHeads(call.input(2), heads),
    decay: ofHeads(optional(4, gated), heads),
    beta: ofHeads(optional(5, corrected), heads),
    erase: ofHeads(corrected ? call.inputs[6] : undefined, heads),
  };
  const [batch = 1, , time = 1, size = 1] = steps.queries.shape;
  const scale = call.number('scale', 0) || 1 / Math.sqrt(size);
  let state = call.inputs[3];
  const outputs = m.count(time).map((at) => {
    const step = stepAt(steps, at);
    state = written(m, state, step);
    const grouped = step.queries.reshaped([batch, heads, asking / heads, size]);
    return m.mul(m.matmul(grouped, state), scale);
  });
  const width = steps.values.shape[3]!;
  const rows = outputs.map((output) => output.reshaped([batch, 1, asking * width]));
  return [rows.length === 1 ? rows[0]! : m.concat(rows, 1), state!];
}

// One number for all heads, or for each, or for each of the elements of their keys.
function ofHeads(value: OnnxValue | undefined, heads: number): OnnxValue | undefined {
  return value && inHeads(value, value.shape.at(-1) === 1 ? 1 : heads);
}

/** The operands of one step, [batch, heads, 1, size]. */
function stepAt(steps: Steps, at: number): Steps {
  const of = (value: OnnxValue) => cut(value, [{ axis: 2, start: at, step: 1, count: 1 }]);
  const maybe = (value: OnnxValue | undefined) => value && of(value);
  return {
    queries: of(steps.queries),
    keys: of(steps.keys),
    values: of(steps.values),
    decay: maybe(steps.decay),
    beta: maybe(steps.beta),
    erase: maybe(steps.erase),
  };
}

/** The state after a step; none before it is one of zeros. */
function written(m: Algebra, state: OnnxValue | undefined, step: Steps): OnnxValue {
  const { keys, values, decay, beta, erase } = step;
  const kept = state && decay ? m.mul(state, column(m.exp(decay))) : state;
  let learnt = values;
  if (beta) {
    const asked = erase ? m.mul(erase, keys) : keys;
    learnt = m.mul(beta, kept ? m.sub(values, m.matmul(asked, kept)) : values);
  }
  const added = m.mul(column(keys), learnt);
  return kept ? m.add(kept, added) : added;
}

// [batch, heads, 1, size] -> [batch, heads, size, 1]
function column(row: OnnxValue): OnnxValue {
  const [batch = 1, heads = 1, , size = 1] = row.shape;
  return row.reshaped([batch, heads, size, 1]);
}
