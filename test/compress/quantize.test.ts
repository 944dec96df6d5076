import { describe, expect, it } from 'vitest';
import { Histogram } from '../../src/compress/histogram.ts';
import { quantizeGraph } from '../../src/compress/quantize.ts';
import { layerErrors } from '../../src/compress/layer-errors.ts';
import { chooseRange, quantizationOf, squaredError } from '../../src/compress/range.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import { Random } from '../../src/support/random.ts';
import { runPasses } from '../../src/passes/index.ts';
import { inputBytes } from '../support/cases.ts';
import { smallFloatNetwork, smallNetwork } from '../support/small-model.ts';

// Values near 1, and one far out on the low side.
function lopsided(): Histogram {
  const random = new Random(9);
  const histogram = new Histogram(-100, 2);
  histogram.add(
    Float32Array.from({ length: 50_000 }, (_, i) => (i === 0 ? -100 : random.real(0, 2))),
  );
  return histogram;
}

describe('ranges', () => {
  it('minmax keeps all, percentile clips the far side only', () => {
    expect(chooseRange(lopsided(), 'minmax')).toEqual({ low: -100, high: 2 });
    const { low, high } = chooseRange(lopsided(), 'percentile');
    expect(low).toBeGreaterThan(-1);
    expect(high).toBeGreaterThan(1.8);
  });

  it('least error clips long tails, each side by itself, and never does worse than minmax', () => {
    const random = new Random(11);
    // Laplace below 0 (a long tail), uniform above it (none).
    const values = Float32Array.from({ length: 200_000 }, () =>
      random.chance(0.5) ? 2 * Math.log(random.real(1e-9, 1)) : random.real(0, 5),
    );
    const histogram = new Histogram(
      values.reduce((a, b) => Math.min(a, b)),
      5,
    );
    histogram.add(values);
    const chosen = chooseRange(histogram, 'mse');
    expect(chosen.low).toBeGreaterThan(histogram.low);
    expect(chosen.high).toBe(5);
    expect(squaredError(histogram, chosen)).toBeLessThan(
      squaredError(histogram, { low: histogram.low, high: 5 }),
    );
  });

  it('hold zero exactly', () => {
    for (const range of [
      { low: 1, high: 3 },
      { low: -3, high: -1 },
      { low: -0.7, high: 2.1 },
      { low: 0, high: 0 },
    ]) {
      const { scales, zeroPoints } = quantizationOf(range);
      expect(scales[0]).toBeGreaterThan(0);
      expect(Number.isInteger(zeroPoints[0])).toBe(true);
    }
  });
});

describe('post-training quantization', () => {
  const float = runPasses(smallFloatNetwork(2));
  const inputs = [1, 2, 3].map((seed) => inputBytes(float, new Random(seed), 'random'));

  it.each(['minmax', 'percentile', 'mse'] as const)(
    '%s stays close to the float model',
    (method) => {
      const quantized = quantizeGraph(float, inputs, { method, io: 'float' });
      const errors = layerErrors(float, quantized, inputs);
      expect(errors).toHaveLength(float.nodes.length);
      for (const { op, sqnr } of errors) expect(sqnr, op).toBeGreaterThan(25);
    },
  );

  it('refuses models that are quantized already, and missing inputs', () => {
    expect(() => quantizeGraph(smallNetwork(), inputs, { method: 'mse', io: 'float' })).toThrow(
      CompileError,
    );
    expect(() => quantizeGraph(float, [], { method: 'mse', io: 'float' })).toThrow(
      /no-calibration/,
    );
    const ranges = new Map([['nowhere', { low: 0, high: 1 }]]);
    expect(() => quantizeGraph(float, inputs, { method: 'mse', io: 'float', ranges })).toThrow(
      /unknown-tensor/,
    );
  });
});
