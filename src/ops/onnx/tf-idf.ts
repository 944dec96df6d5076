import { Unsupported } from '../op.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { cut } from './movement.ts';
import type { OnnxValue } from './value.ts';

export const TF_IDF_READERS: OnnxReaders = { TfIdfVectorizer: readTfIdf };

/** n-grams of one length: the numbers of each, by the column that counts it. */
type Grams = ReadonlyMap<number, readonly number[]>;

/**
 * How often each n-gram of a pool stands in a row of numbers, its numbers side by side or with some
 * left out between any two of them; by weight. Each count is a sum of comparisons at all places.
 */
function readTfIdf(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const m = new Algebra(call.emitter);
  const [shortest, longest] = [
    call.number('min_gram_length', 1),
    call.number('max_gram_length', 1),
  ];
  const skips = call.number('max_skip_count', 0);
  const indexes = call.list('ngram_indexes') ?? [];
  const width = Math.max(0, ...indexes.map((column) => column + 1));
  const rows = x.rank === 1 ? x.reshaped([1, ...x.shape]) : x;
  const [batch = 1, length = 0] = rows.shape;
  const pool = poolOf(call, indexes, longest);
  let counts = m.constant(Array<number>(m.emitter.reserve(batch * width)).fill(0), [
    batch,
    width,
    1,
  ]);
  for (let n = shortest; n <= longest; n++)
    for (let step = 1; step <= (n === 1 ? 1 : skips + 1); step++) {
      const places = length - (n - 1) * step;
      const grams = pool[n - 1];
      if (places < 1 || !grams?.size) continue;
      counts = m.add(counts, countsOf(m, rows, grams, { n, step, places, width }));
    }
  const weights = weightsOf(call, indexes, width);
  const weighted = (values: OnnxValue) =>
    weights ? m.mul(values, m.constant(weights, [1, width, 1])) : values;
  const mode = call.choice('mode', ['TF', 'IDF', 'TFIDF'], 'TF');
  const results = {
    TF: () => counts,
    IDF: () => weighted(m.cast(m.less(0, counts), 'float32')),
    TFIDF: () => weighted(counts),
  };
  return [results[mode]().reshaped([...x.shape.slice(0, -1), width])];
}

function poolOf(call: OnnxCall, indexes: readonly number[], longest: number): Grams[] {
  const pool = call.list('pool_int64s');
  if (!pool) throw new Unsupported('it counts texts');
  const starts = call.list('ngram_counts') ?? [];
  if (new Set(indexes).size < indexes.length)
    throw new Unsupported('two of its n-grams have one column');
  let gram = 0;
  return Array.from({ length: longest }, (_, i) => {
    const numbers = pool.slice(starts[i] ?? pool.length, starts[i + 1] ?? pool.length);
    const found = new Map<number, readonly number[]>();
    for (let at = 0; at < numbers.length; at += i + 1)
      found.set(indexes[gram++] ?? 0, numbers.slice(at, at + i + 1));
    return found;
  });
}

interface Walk {
  readonly n: number;
  readonly step: number;
  readonly places: number;
  readonly width: number;
}

function countsOf(
  m: Algebra,
  rows: OnnxValue,
  grams: Grams,
  { n, step, places, width }: Walk,
): OnnxValue {
  const columns = m.count(width);
  const batch = rows.shape[0]!;
  let all: OnnxValue | undefined;
  for (let k = 0; k < n; k++) {
    const numbers = columns.map((column) => grams.get(column)?.[k] ?? 0);
    const run = cut(rows, [{ axis: 1, start: k * step, step: 1, count: places }]);
    const wanted = m.constant(numbers, [1, width, 1], rows.dtype);
    const same = m.equal(run.reshaped([batch, 1, places]), wanted);
    all = all ? m.combine('logical_and', all, same, 'bool') : same;
  }
  const counted = m.reduce('sum', m.cast(all!, 'float32'), [2]);
  const own = m.constant(
    columns.map((column) => Number(grams.has(column))),
    [1, width, 1],
  );
  return grams.size === width ? counted : m.mul(counted, own);
}

function weightsOf(
  call: OnnxCall,
  indexes: readonly number[],
  width: number,
): number[] | undefined {
  const weights = call.list('weights');
  if (!weights) return undefined;
  const columns = Array<number>(width).fill(0);
  indexes.forEach((column, i) => (columns[column] = weights[i] ?? 0));
  return columns;
}
