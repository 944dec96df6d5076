import { describe, expect, it } from 'vitest';
import { divide } from '../../src/compress/calibration-inputs.ts';
import { quantizeModel } from '../../src/compress/quantize-model.ts';
import type { QuantizedModel } from '../../src/compress/quantize-model.ts';
import type { Graph } from '../../src/ir/types.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { Random } from '../../src/support/random.ts';
import { FloatGraph, floatInputs, windowAttributes } from '../support/float-graphs.ts';

const binary = { activation: 'none', rounding: 'double' } as const;

function quantized(float: Graph, inputs: Uint8Array[], options = {}): QuantizedModel {
  const named = inputs.map((input, i) => ({ name: `in${i}.bin`, input }));
  return quantizeModel(float, named, { method: 'auto', io: 'float', ...options });
}

describe('held-out inputs', () => {
  const named = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ name: `${i}`, input: new Uint8Array() }));

  it.each([
    [1, 1, 1, false],
    [7, 7, 7, false],
    [8, 6, 2, true],
    [40, 30, 10, true],
    [200, 184, 16, true],
  ])('of %i: %i calibrate, %i measure', (count, calibrating, measuring, heldOut) => {
    const divided = divide(named(count));
    expect(divided).toMatchObject({ heldOut });
    expect([divided.calibrating.length, divided.measuring.length]).toEqual([
      calibrating,
      measuring,
    ]);
    const both = divided.calibrating.filter((input) => divided.measuring.includes(input));
    expect(both.length).toBe(heldOut ? 0 : count);
  });

  it('judge: what only they hold is clipped, and said', () => {
    const g = new FloatGraph();
    const float = g.finish(g.node('tanh', {}, [g.input([1, 8])]));
    const inputs = floatInputs(float, new Random(3), 8, 0.01);
    const loud = divide(inputs.map((input, i) => ({ name: `${i}`, input }))).measuring[0]!;
    inputs[Number(loud.name)] = bytesOf(new Float32Array(8).fill(3));
    const { warnings, calibrated, measured, heldOut } = quantized(float, inputs);
    expect([calibrated, measured, heldOut]).toEqual([6, 2, true]);
    expect(warnings[0]).toMatchObject({ code: 'poor-layer' });
    expect(warnings[0]!.message).toMatch(/"input0".*50 % of "input0" lie beyond.*from .* to 3/);
  });
});

describe('the method', () => {
  const COUNT = 300_000;
  // One value in so many lies a little beyond the others: steps as fine as theirs are worth more.
  const rare = (most: number) => {
    const g = new FloatGraph();
    const float = g.finish(
      g.node('relu', { ...binary, activation: 'relu' }, [g.input([1, COUNT])]),
    );
    const random = new Random(5);
    const inputs = Array.from({ length: 8 }, () =>
      bytesOf(Float32Array.from({ length: COUNT }, (_, i) => (i === 7 ? most : random.real(0, 1)))),
    );
    return quantized(float, inputs);
  };

  it('is the one with the least error, and all are told', () => {
    for (const [most, clips] of [
      [1, false],
      [1.3, true],
    ] as const) {
      const { method, methods } = rare(most);
      expect(methods.map((each) => each.method).sort()).toEqual(['minmax', 'mse', 'percentile']);
      const best = methods.reduce((a, b) => (b.sqnr > a.sqnr ? b : a));
      expect(methods.find((each) => each.method === method)!.sqnr).toBe(best.sqnr);
      const minmax = methods.find((each) => each.method === 'minmax')!;
      if (clips) expect(best.sqnr).toBeGreaterThan(minmax.sqnr + 0.5);
    }
  });

  it('is the one that is named', () => {
    const g = new FloatGraph();
    const float = g.finish(g.node('tanh', {}, [g.input([1, 8])]));
    const { method, methods } = quantized(float, floatInputs(float, new Random(1), 3), {
      method: 'percentile',
    });
    expect([method, methods.length]).toEqual(['percentile', 1]);
  });
});

describe('poor layers and collapsed outputs name their cause', () => {
  const cases: Record<
    string,
    { make(g: FloatGraph): number; io?: 'int8'; warning?: RegExp; collapsed?: RegExp }
  > = {
    'joined with much larger values': {
      make: detector,
      io: 'int8',
      warning: /"scores" \(.*\) is joined with values from -\d+ to \d+/,
      collapsed: /"scores" in "concat"/,
    },
    'many classes': {
      make: (g) => g.node('softmax', { beta: 1, arithmetic: 'fixed' }, [g.input([1, 4096])]),
      warning: /softmax is always stored in steps of 0.00391/,
      collapsed: /the output "softmax" is constant/,
    },
    'what cancels': {
      make: (g) => {
        const x = g.input([1, 64]);
        const raised = g.node('add', binary, [x, g.constant([1], () => 9000)], 'raised');
        return g.node('sub', binary, [raised, g.constant([1], () => 9000)], 'difference');
      },
      warning: /"raised" has steps of 35/,
      collapsed: /the output "difference"/,
    },
    'a border that is no data to anyone': {
      make: (g) => {
        const attrs = { before: [0, 1, 1, 0], after: [0, 1, 1, 0], value: -1e6 };
        const padded = g.node('pad', attrs, [g.input([1, 6, 6, 2])], 'padded');
        return g.node('slice', inner, [padded], 'inside');
      },
      collapsed: /the output "inside" is constant/,
    },
    'dead channels': {
      make: (g) => {
        const scales = g.constant([8], (i) => (i === 0 ? 1000 : 0.01), 'scales');
        const scaled = g.node('mul', binary, [g.input([1, 5, 5, 8]), scales], 'uneven');
        const bounds = { start: [0, 0, 0, 1], step: [1, 1, 1, 1], count: [1, 5, 5, 7] };
        return g.node('slice', { ...bounds, shape: bounds.count }, [scaled], 'quiet');
      },
      collapsed: /the output "quiet" is constant.*/,
    },
  };

  it.each(Object.keys(cases))('%s', (name) => {
    const { make, io = 'float', warning, collapsed } = cases[name]!;
    const g = new FloatGraph();
    const float = g.finish(make(g));
    const result = quantized(float, floatInputs(float, new Random(2), 9), { io });
    const text = (list: QuantizedModel['warnings']) => list.map((d) => d.message).join('\n');
    if (warning) expect(text(result.warnings)).toMatch(warning);
    if (collapsed) expect(text(result.collapsed)).toMatch(collapsed);
  });

  it('but outputs that are float are joined in float', () => {
    const g = new FloatGraph();
    const float = g.finish(detector(g));
    const { graph, layers, warnings } = quantized(float, floatInputs(float, new Random(2), 9));
    expect(warnings).toEqual([]);
    const scores = layers
      .find(({ op }) => op === 'concat')!
      .parts.find(({ operand }) => operand === 'scores')!;
    expect(scores.sqnr).toBeGreaterThan(40);
    expect(graph.nodes.map(({ op }) => op)).toEqual([
      ...['quantize', 'mul', 'logistic'],
      ...['dequantize', 'dequantize', 'concat', 'reshape'],
    ]);
  });

  it('layers that are poor because of another stand in its warning', () => {
    const g = new FloatGraph();
    const x = g.input([1, 64]);
    const raised = g.node('add', binary, [x, g.constant([1], () => 300)]);
    const rest = g.node('sub', binary, [raised, g.constant([1], () => 300)], 'rest');
    const float = g.finish(g.node('tanh', {}, [g.node('tanh', {}, [rest], 'one')], 'two'));
    const { warnings } = quantized(float, floatInputs(float, new Random(2), 9));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]!.message).toMatch(/"rest".*its operand "add" has steps of 1.18/);
    expect(warnings[0]!.notes).toEqual([
      expect.stringMatching(/^therefore "one" \(tanh\) has [-\d.]+ dB$/),
      expect.stringMatching(/^therefore "two"/),
    ]);
  });

  it('and what is well is not warned of, one value at a time or a dead output', () => {
    const g = new FloatGraph();
    const x = g.input([1, 6, 6, 2]);
    const mean = g.node('mean', { axes: [1, 2, 3], keepDims: true, rounding: 'double' }, [x]);
    const shifted = g.node('add', binary, [mean, g.constant([1], () => 3)]);
    const dead = g.node('mul', binary, [x, g.constant([1], () => 0)]);
    const pooled = g.node('max_pool', windowAttributes(2), [x]);
    const float = g.finish(shifted, dead, pooled);
    const { warnings, collapsed } = quantized(float, floatInputs(float, new Random(4), 8));
    expect([warnings.filter(({ message }) => !message.startsWith('"mean"')), collapsed]).toEqual([
      [],
      [],
    ]);
  });
});

/** Boxes of hundreds beside scores from 0 to 1, in one output. */
function detector(g: FloatGraph): number {
  const x = g.input([1, 64]);
  const boxes = g.node('mul', binary, [x, g.constant([1], () => 900)], 'boxes');
  const scores = g.node('logistic', {}, [x], 'scores');
  return g.node('reshape', { shape: [2, 64] }, [g.node('concat', { axis: 1 }, [boxes, scores])]);
}

const inner = {
  start: [0, 1, 1, 0],
  step: [1, 1, 1, 1],
  count: [1, 6, 6, 2],
  shape: [1, 6, 6, 2],
};

it('names every file with a NaN or an infinity', () => {
  const g = new FloatGraph();
  const float = g.finish(g.node('add', binary, [g.input([1, 4]), g.input([1, 2, 4])]));
  const inputs = floatInputs(float, new Random(1), 4);
  new Float32Array(inputs[1]!.buffer)[2] = NaN;
  new Float32Array(inputs[3]!.buffer)[9] = -Infinity;
  expect(() => quantized(float, inputs)).toThrow(
    /bad-calibration.*NaN\) at byte 8\n.*in1.bin(.|\n)*-Infinity\) at byte 36\n.*in3.bin/,
  );
});
