import { product } from '../../support/bytes.ts';
import { Unsupported } from '../op.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { OnnxValue } from './value.ts';

export const ATTENTION_READERS: OnnxReaders = { Attention: readAttention };

/** [batch, heads, length, size] of a value in that form, or of [batch, length, heads * size]. */
export function inHeads(x: OnnxValue, heads: number): OnnxValue {
  if (x.rank === 4) return x;
  const [batch = 1, length = 1, width = 1] = x.shape;
  if (x.rank !== 3 || width % heads !== 0)
    throw new Unsupported(`[${x.shape.join(',')}] does not divide into ${heads} heads`);
  return x.reshaped([batch, length, heads, width / heads]).transposed([0, 2, 1, 3]);
}

/**
 * softmax(q k' * scale + mask) v. Queries are grouped by the head of keys that they share.
 * Source: onnx/defs/nn/defs.cc, Attention, its function body.
 */
function readAttention(call: OnnxCall): readonly OnnxValue[] {
  const m = new Algebra(call.emitter);
  const rank = call.input(0).rank;
  const q = inHeads(call.input(0), call.number('q_num_heads', 1));
  const [newKeys, newValues] = [1, 2].map((i) =>
    inHeads(call.input(i), call.number('kv_num_heads', 1)),
  );
  const [pastKeys, pastValues] = [call.inputs[4], call.inputs[5]];
  const keys = pastKeys ? m.concat([pastKeys, newKeys!], 2) : newKeys!;
  const values = pastValues ? m.concat([pastValues, newValues!], 2) : newValues!;
  const [batch = 1, heads = 1, length = 1, size = 1] = q.shape;
  const [, groups = 1, total = 1] = keys.shape;
  const root = Math.sqrt(call.number('scale', 1 / Math.sqrt(size)));
  const grouped = q.reshaped([batch, groups, heads / groups, length, size]);
  const apart = (x: OnnxValue) => x.reshaped([batch, groups, 1, ...x.shape.slice(2)]);
  const scores = m.matmul(
    m.mul(grouped, root),
    m.mul(apart(keys), root).transposed([0, 1, 2, 4, 3]),
  );
  const flat = (x: OnnxValue) => x.reshaped([batch, heads, ...x.shape.slice(3)]);
  const plain = flat(scores);
  const bias = maskOf(call, m, plain, pastKeys?.shape[2] ?? 0);
  const cap = call.number('softcap', 0);
  const capped = (x: OnnxValue) => (cap === 0 ? x : m.mul(m.tanh(m.div(x, cap)), cap));
  const softened = capped(plain);
  const masked = bias ? m.add(softened, bias) : softened;
  const weights = m.softmax(masked, 3);
  const output = flat(
    m.matmul(weights.reshaped([batch, groups, heads / groups, length, total]), apart(values)),
  );
  const mode = call.number('qk_matmul_output_mode', 0);
  call.ignore('softmax_precision');
  const shown = [plain, softened, masked, weights][mode];
  if (!shown) throw new Unsupported(`its qk_matmul_output_mode is ${mode}`);
  const result =
    rank === 4
      ? output
      : output
          .transposed([0, 2, 1, 3])
          .reshaped([batch, length, product(output.shape) / batch / length]);
  return [result, keys, values, shown];
}

// What is added to scores [batch, heads, length, total]: minus infinity where a key may not be seen.
function maskOf(
  call: OnnxCall,
  m: Algebra,
  scores: OnnxValue,
  past: number,
): OnnxValue | undefined {
  const [batch = 1, , length = 1, total = 1] = scores.shape;
  const parts: OnnxValue[] = [];
  const given = call.inputs[3];
  if (given) {
    const added = given.dtype === 'bool' ? m.select(given, 0, m.constant([-Infinity], [])) : given;
    parts.push(lengthened(m, added, total));
  }
  if (call.number('is_causal', 0) !== 0) {
    const rows = Array.from({ length: m.emitter.reserve(length * total) }, (_, i) =>
      i % total <= Math.floor(i / total) + past ? 0 : -Infinity,
    );
    parts.push(m.constant(rows, [length, total]));
  }
  const lengths = call.inputs[6];
  if (lengths) {
    const places = m.constant(m.count(total), [1, 1, 1, total], 'int32');
    const seen = m.less(places, m.cast(lengths, 'int32').reshaped([batch, 1, 1, 1]));
    parts.push(m.select(seen, 0, m.constant([-Infinity], [])));
  }
  return parts.length === 0 ? undefined : parts.reduce((a, b) => m.add(a, b));
}

// A mask for fewer keys than there are hides the others.
function lengthened(m: Algebra, mask: OnnxValue, total: number): OnnxValue {
  const lacking = total - (mask.shape.at(-1) ?? total);
  if (lacking <= 0) return mask;
  const none = mask.shape.map(() => 0);
  const attrs = { before: none, after: [...none.slice(1), lacking], value: -Infinity };
  return OnnxValue.natural(m.emitter, m.emit('pad', attrs, [mask.natural()]));
}
