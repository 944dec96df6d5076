import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantizeWeights } from '../../src/compress/weights.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { Engine } from '../../src/train/engine.ts';
import { fakeQuantized } from '../../src/train/fake-quantize.ts';
import { Network } from '../../src/train/network.ts';
import { cubicShare, lampMasks } from '../../src/train/prune.ts';
import { cluster, presentClusters, shared } from '../../src/train/share.ts';
import { Random } from '../../src/support/random.ts';
import { FloatGraph } from '../support/float-graphs.ts';
import { SEED } from '../support/seeds.ts';

const weights = fc
  .record({ seed: fc.integer({ min: 1, max: 2 ** 30 }), count: fc.integer({ min: 4, max: 200 }) })
  .map(({ seed, count }) => {
    const random = new Random(seed);
    return Float32Array.from({ length: count }, () => random.real(-1, 1) ** 3);
  });

describe('masks by LAMP scores', () => {
  it(`keep the weights of the highest scores, whatever the layer (seed ${SEED})`, () => {
    const property = fc.property(
      fc.array(weights, { minLength: 1, maxLength: 4 }),
      fc.double({ min: 0.05, max: 1, noNaN: true }),
      (layers, kept) => {
        const scores = layers.map((values) => Array.from(values, (w) => scoreOf(values, w)));
        const masks = lampMasks(
          layers.map((values) => ({ values })),
          kept,
        );
        const total = layers.reduce((sum, { length }) => sum + length, 0);
        const stay = scores.flatMap((list, l) => list.filter((_, i) => masks[l]![i] === 1));
        const go = scores.flatMap((list, l) => list.filter((_, i) => masks[l]![i] === 0));
        // The largest of each layer has the score 1, and stays.
        expect(stay.length).toBe(Math.max(layers.length, Math.round(kept * total)));
        expect(Math.min(...stay)).toBeGreaterThan(Math.max(0, ...go) - 1e-12);
      },
    );
    fc.assert(property, { seed: SEED, numRuns: 50 });
  });

  it('a share falls along a cube, from all to the last', () => {
    expect([0, 0.5, 1, 2].map((progress) => cubicShare(0.2, progress))).toEqual([
      1, 0.30000000000000004, 0.2, 0.2,
    ]);
  });
});

describe('shared weights', () => {
  it(`each takes the nearest centroid, each centroid is the mean of its weights (seed ${SEED})`, () => {
    const property = fc.property(weights, fc.integer({ min: 1, max: 16 }), (values, count) => {
      values[0] = 0;
      const { centroids, places } = cluster(values, count);
      const means = Array.from(centroids, () => ({ sum: 0, count: 0 }));
      values.forEach((weight, i) => {
        if (weight === 0) expect(places[i]).toBe(-1);
        else {
          const distance = Math.abs(weight - centroids[places[i]!]!);
          for (const other of centroids)
            expect(distance).toBeLessThan(Math.abs(weight - other) + 1e-6);
          means[places[i]!]!.sum += weight;
          means[places[i]!]!.count++;
        }
      });
      means.forEach((mean, c) => {
        if (mean.count > 0) expect(mean.sum / mean.count).toBeCloseTo(centroids[c]!, 5);
      });
    });
    fc.assert(property, { seed: SEED, numRuns: 50 });
  });

  it('that are few already stay what they are', () => {
    const few = Float32Array.from([0.5, 0, -1, 0.5, 0.25, -1, 0]);
    const expanded = new Float32Array(few.length);
    shared(new Engine(), presentClusters(few)).expand(expanded);
    expect(expanded).toEqual(few);
  });
});

describe('fake quantization', () => {
  it.each([0, 3])(`gives what int8 will hold, channels along axis %i (seed ${SEED})`, (axis) => {
    const random = new Random(SEED);
    const shape = axis === 0 ? [5, 3, 3, 2] : [1, 3, 3, 10];
    const values = Float32Array.from({ length: 90 }, (_, i) =>
      i % 7 === 0 ? 0 : random.real(-1, 1),
    );
    const parameter = { name: 'w', role: 'weights', shape, axis, values } as const;
    const gradients = new Float32Array(90);
    const form = fakeQuantized(new Engine(), { ...parameter, gradients });
    const expanded = new Float32Array(90);
    form.expand(expanded);
    const tensor = { id: 0, name: 'w', dtype: 'float32', shape, data: bytesOf(values) } as const;
    const [type, stored] = quantizeWeights(tensor, { axis }, 1, undefined);
    const inner = axis === 0 ? 18 : 1;
    const { scales } = type.quant!;
    const wanted = Float32Array.from(
      new Int8Array(stored.buffer),
      (q, i) => q * scales[Math.floor(i / inner) % scales.length]!,
    );
    expanded.forEach((x, i) => expect(x).toBeCloseTo(wanted[i]!, 6));
  });

  it('lets gradients straight through, but not to zeros', () => {
    const values = Float32Array.from([0.3, 0, -0.7]);
    const gradients = Float32Array.from([1, 2, 3]);
    const shape = [1, 3];
    const parameter = { name: 'w', role: 'weights', axis: 0, shape, values, gradients } as const;
    const form = fakeQuantized(new Engine(), parameter);
    form.collect(gradients);
    expect(form.variables.gradients).toEqual(Float32Array.from([1, 0, 3]));
  });
});

it('a network that cannot be trained is refused with all reasons at once', () => {
  const g = new FloatGraph();
  const x = g.input([1, 4, 4, 2]);
  const tall = g.node('logistic', {}, [x], 'squashed');
  const sum = g.node(
    'add',
    { activation: 'none', rounding: 'double' },
    [tall, g.constant([2], () => 1)],
    'shifted',
  );
  const refused = () => new Network(g.finish(sum), 1);
  expect(refused).toThrow(
    expect.objectContaining({
      diagnostics: [
        expect.objectContaining({ code: 'not-trainable', where: 'logistic "squashed"' }),
        expect.objectContaining({ code: 'not-trainable', where: 'add "shifted"' }),
      ],
    }),
  );
});

function scoreOf(values: Float32Array, weight: number): number {
  const square = weight * weight;
  return square / values.reduce((sum, w) => (w * w >= square ? sum + w * w : sum), 0);
}
