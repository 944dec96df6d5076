import { describe, expect, it } from 'vitest';
import { changedShare } from '../../src/compress/prune/agreement.ts';
import { allocate, fillIn } from '../../src/compress/prune/allocate.ts';
import { factor, inverseDiagonal, solve } from '../../src/compress/prune/cholesky.ts';
import { compressGraph } from '../../src/compress/prune/compress-model.ts';
import type { Layer } from '../../src/compress/prune/layer.ts';
import { countKept, strongest } from '../../src/compress/prune/mask.ts';
import { parseRecipe, recipeFor } from '../../src/compress/prune/recipe.ts';
import type { Recipe } from '../../src/compress/prune/recipe.ts';
import { refit } from '../../src/compress/prune/refit.ts';
import { rowError } from '../../src/compress/prune/samples.ts';
import type { Samples } from '../../src/compress/prune/samples.ts';
import { quantizeModel } from '../../src/compress/quantize-model.ts';
import { blocks8x1 } from '../../src/encode/blocks.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import { parseGraph } from '../../src/ir/parse.ts';
import { Random } from '../../src/support/random.ts';
import { causedInputs, prunableNetwork } from '../support/prunable-network.ts';
import { outlook, price } from '../support/prune-prices.ts';

const turn = () => Promise.resolve();
const random = new Random(14);

function randomLayer(rows: number, columns: number, block = 1): Layer {
  return {
    ...{ id: 0, name: 'layer', op: 'dense', rows, columns },
    weights: Float64Array.from({ length: rows * columns }, () => random.real(-1, 1)),
    bias: Float64Array.from({ length: rows }, () => random.real(-1, 1)),
    taps: { places: () => 1, read: () => undefined },
    blocks: { height: block, columns: Array.from({ length: columns }, (_, k) => [k]) },
  };
}

// Inputs that hang together; outputs of the layer's own weights, within bounds.
function samplesOf(layer: Layer, count: number, low: number, high: number): Samples {
  const { rows, columns } = layer;
  const x = new Float32Array(count * columns);
  for (let p = 0; p < count; p++)
    for (let k = 0, before = 0; k < columns; k++)
      x[p * columns + k] = before = 0.7 * before + random.real(-1, 1);
  const y = new Float32Array(count * rows);
  for (let p = 0; p < count; p++)
    for (let o = 0; o < rows; o++) {
      let sum = layer.bias[o]!;
      for (let k = 0; k < columns; k++)
        sum += layer.weights[o * columns + k]! * x[p * columns + k]!;
      y[p * rows + o] = Math.min(high, Math.max(low, sum));
    }
  const power = new Float64Array(columns).fill(count / 2);
  return { count, x, y, low, high, power };
}

describe('least squares', () => {
  it('solve what Cholesky factored, with the diagonal of the inverse', () => {
    const n = 9;
    const b = Float64Array.from({ length: n * n }, () => random.real(-1, 1));
    const at = (i: number, j: number) =>
      Array.from({ length: n }, (_, k) => b[i * n + k]! * b[j * n + k]!).reduce((x, y) => x + y) +
      (i === j ? 0.1 : 0);
    const matrix = Float64Array.from({ length: n * n }, (_, i) => at(Math.floor(i / n), i % n));
    const l = matrix.slice();
    expect(factor(l, n)).toBe(true);
    const diagonal = inverseDiagonal(l, n);
    for (let j = 0; j < n; j++) {
      const unit = new Float64Array(n);
      unit[j] = 1;
      solve(l, n, unit);
      expect(unit[j]).toBeCloseTo(diagonal[j]!, 9);
      const again = Array.from({ length: n }, (_, i) =>
        unit.reduce((s, x, k) => s + matrix[i * n + k]! * x, 0),
      );
      again.forEach((x, i) => expect(x).toBeCloseTo(i === j ? 1 : 0, 8));
    }
    expect(factor(Float64Array.from([1, 2, 2, 1]), 2)).toBe(false);
  });

  it.each(Array.from({ length: 12 }, (_, i) => i))(
    'never raise the error on the inputs that they were fitted to, with and without bounds: %i',
    async (i) => {
      const layer = randomLayer(5, 12 + i);
      const bounded = i % 2 === 1;
      const samples = samplesOf(layer, 20 + 15 * i, bounded ? -0.5 : -1e9, bounded ? 2 : 1e9);
      const mask = Uint8Array.from(layer.weights, () => (random.chance(0.4) ? 1 : 0));
      const alone = { bias: layer.bias, weights: layer.weights.map((w, k) => w * mask[k]!) };
      const request = { mask, from: layer, rounds: 3, most: 1e9, ridge: 1e-3 };
      const fitted = await refit(layer, samples, request, turn);
      for (let row = 0; row < layer.rows; row++)
        expect(rowError(samples, layer, fitted, row)).toBeLessThanOrEqual(
          rowError(samples, layer, alone, row),
        );
      fitted.weights.forEach((weight, k) => mask[k] === 0 && expect(weight).toBe(0));
    },
  );
});

it('masks keep what is worth most, in whole blocks where blocks are asked for', () => {
  const layer = randomLayer(16, 10, 8);
  const scores = layer.weights.map(Math.abs);
  const all = new Uint8Array(160).fill(1);
  const single = strongest(layer, 'unstructured', { scores, mask: all, count: 40 });
  expect(countKept(single)).toBe(40);
  const least = Math.min(...scores.filter((_, i) => single[i]));
  expect(scores.filter((_, i) => !single[i]).every((score) => score <= least)).toBe(true);
  const blocks = strongest(layer, 'blocks', { scores, mask: all, count: 40 });
  const data = Int8Array.from(blocks);
  expect(blocks8x1.bytes({ rows: 16, columns: 10, data })).toBe(2 * 2 + 5 * 2 * (1 + 4));
});

it('sizes are met with the least error: no mixture of points does better', () => {
  for (let i = 0; i < 20; i++) {
    const layers = Array.from({ length: 3 }, () =>
      Array.from({ length: 4 }, (_, p) => ({
        ...{ kept: 1 - p / 4, bits: 8, size: random.int(10, 400), error: random.real(0, 1) },
        format: String(p),
      })),
    );
    const budget = random.int(30, 1200);
    const mixtures = layers[0]!
      .flatMap((a) => layers[1]!.flatMap((b) => layers[2]!.map((c) => [a, b, c])))
      .filter((points) => points.reduce((sum, { size }) => sum + size, 0) <= budget);
    const errorOf = (points: readonly { error: number }[]) =>
      points.reduce((s, { error }) => s + error, 0);
    const found = allocate(layers, budget);
    if (mixtures.length === 0) expect(found).toBeUndefined();
    else expect(errorOf(found!)).toBeCloseTo(Math.min(...mixtures.map(errorOf)), 9);
  }
  const between = fillIn([
    { kept: 0.5, bits: 8, size: 100, error: 0.01, format: 'a' },
    { kept: 0.1, bits: 8, size: 20, error: 0.1, format: 'a' },
    { kept: 0.05, bits: 8, size: 19, error: 0.3, format: 'b' },
  ]);
  expect(between.every(({ kept, size }) => kept < 0.1 || Math.abs(size - 200 * kept) < 1e-9)).toBe(
    true,
  );
});

it('the share of changed answers is the number that is written', () => {
  for (let changed = 0; changed <= 200; changed++)
    expect(changedShare({ same: 200 - changed, of: 200 })).toBe(Number((changed / 200).toFixed(3)));
});

const SINGLE = `graph "one"
input %0 "x" : i8[1,4] q(0.1,0)
const %1 "w" : i8[1,4] q(0.1,0) = 01020304
%2 = dense(%0, %1, _) {"activation":"none","rounding":"double","keepDims":false} : "y" i8[1,1] q(0.1,0) @ "one" 0 "y"
output %2
`;

describe('a small network', () => {
  const float = prunableNetwork(random);
  const inputs = causedInputs(float, random, 80);
  const named = inputs.map((input, i) => ({ name: String(i), input }));
  const { graph } = quantizeModel(float, named, { method: 'minmax', io: 'float' });
  const compress = (recipe: Recipe) =>
    compressGraph(graph, inputs, {
      ...{ recipe, price, outlook, turn },
      ...{ shrink: (same) => same, note: () => undefined },
    });

  it('is pruned and refitted: the error falls in each layer, and the answers stay', async () => {
    const { layers, agreement, bytes, bytesBefore } = await compress({ sparsity: 0.7 });
    expect(layers.map(({ name }) => name)).toEqual(['first', 'middle', 'last']);
    for (const { masked, error, refused } of layers) {
      expect(error).toBeLessThan(masked);
      expect(refused).toEqual([]);
    }
    expect(agreement!.same / agreement!.of).toBeGreaterThan(0.8);
    expect(bytes).toBeLessThan(0.75 * bytesBefore);
  });

  // A smaller network may err less than one that fills the size: of three layers few mixtures can be made.
  it('meets a size, or tells the smallest', async () => {
    const { bytes, bytesBefore } = await compress({ weights: 0.15 });
    expect(bytes).toBeLessThanOrEqual(0.15 * bytesBefore);
    expect(bytes).toBeGreaterThanOrEqual(0.9 * 0.15 * bytesBefore);
    const { graph: small } = await compress({ flash: '6500' });
    expect(outlook(small).flash).toBeLessThanOrEqual(6500);
    expect(outlook(small).flash).toBeGreaterThanOrEqual(0.9 * 6500);
    const kept = await compress({ maxDrop: 0.1 });
    expect(kept.agreement!.same).toBeGreaterThanOrEqual(0.9 * kept.agreement!.of);
    expect(kept.bytes).toBeLessThan(kept.bytesBefore / 2);
    const refused = await compress({ weights: '150' }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(CompileError);
    const { failure, diagnostics } = refused as CompileError;
    expect([failure, diagnostics[0]!.code]).toEqual(['answer-is-no', 'size-unreachable']);
    const least = Number(/nearest is (\d+) bytes/.exec(diagnostics[0]!.message)![1]);
    expect(least).toBeGreaterThan(150);
  });

  it('leaves the sparsity that a recipe says, though a size would hold more', async () => {
    const layers = [{ match: 'middle', sparsity: 0.9 }];
    const pruned = await compress({ weights: 0.5, layers });
    expect(pruned.layers.find(({ name }) => name === 'middle')!.kept).toBeLessThan(0.11);
  });

  it('counts changed answers only where there are answers, and says so at once', async () => {
    const noted: string[] = [];
    const single = parseGraph(SINGLE);
    const one = compressGraph(single, [new Uint8Array(4)], {
      ...{ recipe: { maxDrop: 0.5 }, price, outlook, turn },
      ...{ shrink: (same) => same, note: (text) => noted.push(text) },
    });
    await expect(one).rejects.toThrow(/bad-option.*this model has one/s);
    expect(noted).toEqual([]);
  });

  it('follows rules by name, and keeps within an error', async () => {
    const { layers, left } = await compress({
      sparsity: 0.6,
      layers: [
        { match: 'f*', keep: true },
        { match: 'mid*', pattern: 'blocks', sparsity: 0.9, maxError: 1e-3 },
        { match: 'last', refit: false },
      ],
    });
    expect(left).toEqual([{ name: 'first', op: 'conv2d', reason: 'the recipe keeps it' }]);
    expect(layers[0]).toMatchObject({
      name: 'middle',
      pattern: 'blocks',
    });
    expect(layers[0]!.kept).toBeGreaterThan(0.2);
    expect(layers[0]!.error).toBeLessThanOrEqual(1e-3);
    expect(layers[0]!.refused.join()).toMatch(/90\.\d % zeros: error .*, more than 0\.00100/);
    expect(layers[1]).toMatchObject({ name: 'last', refitted: null });
    await expect(compress({ layers: [{ match: 'none*', keep: true }] })).rejects.toThrow(
      /no layer.*"none\*"/,
    );
    await expect(compress({ layers: [{ match: '*', keep: true }] })).rejects.toThrow(
      /not-compressible/,
    );
  });
});

it('recipes say all that is wrong with them; the last rule that matches holds', () => {
  const parsed = parseRecipe(
    '{"sparsity": 0.5, "layers": [{"match": "a.*", "sparsity": 0.9}, {"match": "a.b", "keep": true}]}',
    'r',
  );
  expect(recipeFor(parsed, 'a.c')).toMatchObject({
    sparsity: 0.9,
    pattern: 'unstructured',
    keep: false,
  });
  expect(recipeFor(parsed, 'a.b')).toMatchObject({ sparsity: 0.5, keep: true });
  expect(recipeFor(parsed, 'axb')).toMatchObject({ sparsity: 0.5, keep: false });
  const wrong = () => parseRecipe('{"sparsity": 2, "patern": "x", "weights": "lots"}', 'r.json');
  expect(wrong).toThrow(/bad-recipe[^]*bad-recipe[^]*bad-recipe/);
  expect(() => parseRecipe('{"sparsity": 0.5, "weights": 0.5}', 'r')).toThrow(/only one of/);
  expect(() => parseRecipe('{', 'r')).toThrow(/no JSON/);
});
