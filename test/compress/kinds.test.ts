import { describe, expect, it } from 'vitest';
import { layerErrors } from '../../src/compress/layer-errors.ts';
import { quantizeGraph } from '../../src/compress/quantize.ts';
import { compile } from '../../src/pipeline.ts';
import { HOST_TARGET } from '../../src/target/target.ts';
import type { Graph, TensorId } from '../../src/ir/types.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { Random } from '../../src/support/random.ts';
import { FloatGraph, floatInputs, windowAttributes } from '../support/float-graphs.ts';
import { thimbleFile } from '../support/small-model.ts';

const binary = { activation: 'none', rounding: 'double' } as const;
const SEED = Number(process.env.THIMBLE_SEED ?? 1);

/** Ways to make a tensor of [1, 4, 4, 2] out of one, each with a range of its own. */
const SOURCES: Record<string, (g: FloatGraph, x: TensorId, random: Random) => TensorId> = {
  tanh: (g, x) => g.node('tanh', {}, [x]),
  logistic: (g, x) => g.node('logistic', {}, [x]),
  softmax: (g, x) => g.node('softmax', { beta: 1, arithmetic: 'fixed' }, [x]),
  boxes: (g, x, random) => scaled(g, x, random.real(3, 12)),
  small: (g, x, random) => scaled(g, x, random.real(0.2, 0.5)),
  shifted: (g, x, random) =>
    g.node('add', binary, [x, g.constant([1], () => random.real(3, 9))], 'shifted'),
  same: (_, x) => x,
  constant: (g, _, random) => g.constant([1, 4, 4, 2], () => random.real(-2, 2)),
  zeros: (g) => g.constant([1, 4, 4, 2], () => 0, 'zeros'),
  prelu: (g, x) => g.node('prelu', binary, [x, g.constant([2], (i) => 0.2 + i)]),
  shared: (g, x) => {
    const pooled = g.node('max_pool', windowAttributes(2, 2), [scaled(g, x, 4)]);
    return g.node('resize_nearest', resize(4), [pooled], 'shared');
  },
  upsampled: (g, x, random) => {
    const pooled = g.node('average_pool', windowAttributes(2, 2), [x]);
    const loud = scaled(g, pooled, random.real(5, 20));
    return g.node('resize_bilinear', resize(4), [loud], 'upsampled');
  },
};

/** What joins tensors, or moves a joined one. Each gives the outputs. */
const JOINS: Record<string, (g: FloatGraph, operands: TensorId[], random: Random) => TensorId[]> = {
  concat: (g, operands, random) => [g.node('concat', { axis: random.int(1, 3) }, operands)],
  'concat twice': (g, operands) => {
    const inner = g.node('concat', { axis: 3 }, operands, 'inner');
    return [g.node('concat', { axis: 3 }, [inner, operands[0]!], 'outer')];
  },
  'concat and each operand': (g, operands) => {
    const joined = g.node('concat', { axis: 3 }, operands);
    return [joined, ...operands.slice(0, 1).map((id) => g.node('tanh', {}, [id], 'read'))];
  },
  'concat, resized': (g, operands) => [
    g.node('resize_bilinear', resize(6), [g.node('concat', { axis: 3 }, operands)]),
  ],
  'concat, pooled': (g, operands) => [
    g.node('max_pool', windowAttributes(2), [g.node('concat', { axis: 3 }, operands)]),
  ],
  'concat, sliced': (g, operands) => {
    const joined = g.node('concat', { axis: 3 }, operands);
    const bounds = { start: [0, 0, 0, 1], step: [1, 1, 1, 1], count: [1, 4, 4, 2] };
    return [g.node('slice', { ...bounds, shape: bounds.count }, [joined])];
  },
  'border, concat': (g, operands, random) => {
    const [before, after] = [
      [0, 1, 0, 0],
      [0, 1, 0, 0],
    ];
    const value = random.pick([random.real(-3, 3), 0]);
    const padded = operands.map((id) => g.node('pad', { before, after, value }, [id]));
    return [g.node('concat', { axis: 3 }, padded)];
  },
};

function scaled(g: FloatGraph, x: TensorId, by: number): TensorId {
  return g.node('mul', binary, [x, g.constant([1], () => by)], 'scaled');
}

function resize(size: number) {
  return { height: size, width: size, alignCorners: false, halfPixel: false };
}

function expectClose(float: Graph, inputs: Uint8Array[], decibels: number, what: string): Graph {
  const quantized = quantizeGraph(float, inputs, { method: 'minmax', io: 'float' });
  for (const { op, sqnr } of layerErrors(float, quantized, inputs)) {
    expect(sqnr, `${op} of ${what}`).toBeGreaterThan(decibels);
  }
  // Whole outputs, too: they hold what layers of constants became.
  const [exact, int8] = [new Interpreter(float), new Interpreter(quantized)];
  let [signal, noise] = [0, 0];
  for (const input of inputs) {
    const [a, b] = [exact, int8].map((of) => new Float32Array(of.runBytes(input).buffer));
    a!.forEach((value, i) => {
      signal += value ** 2;
      noise += (value - b![i]!) ** 2;
    });
  }
  expect(10 * Math.log10(signal / noise), what).toBeGreaterThan(decibels);
  return quantized;
}

describe('joined tensors of any ranges stay near the float model', () => {
  const pairs = Object.keys(JOINS).flatMap((join) =>
    Object.keys(SOURCES).map((source) => [join, source] as const),
  );
  it.each(pairs)('%s of %s', (join, source) => {
    const random = new Random(
      SEED * 1000 + pairs.findIndex((p) => p[0] === join && p[1] === source),
    );
    const names = Object.keys(SOURCES);
    for (const other of names.slice(names.indexOf(source))) {
      const g = new FloatGraph();
      const x = g.input([1, 4, 4, 2]);
      const operands = [source, other].map((name) => SOURCES[name]!(g, x, random));
      if (operands.every((id) => g.isConstant(id))) continue;
      const float = g.finish(...JOINS[join]!(g, operands, random));
      const what = `${join} of ${source} and ${other}, seed ${SEED}`;
      const quantized = expectClose(float, floatInputs(float, random, 4), 30, what);
      // It reads back, and compiles.
      compile(thimbleFile(quantized), HOST_TARGET, { name: 'x' });
    }
  });
});

describe('a border before maximum pooling is no data', () => {
  const moves: Record<string, (g: FloatGraph, x: TensorId) => TensorId> = {
    'at once': (_, x) => x,
    'after a transposition': (g, x) => g.node('transpose', { permutation: [0, 2, 1, 3] }, [x]),
  };
  const borders = [-Infinity, -3.4028234663852886e38, -1e9, -65504, -20];
  it.each(borders.flatMap((border) => Object.keys(moves).map((how) => [border, how] as const)))(
    '%d, pooled %s',
    (value, how) => {
      for (const shift of [-5, 0, 5]) {
        const g = new FloatGraph();
        const x = g.input([1, 6, 6, 2]);
        const moved = g.node('add', binary, [x, g.constant([1], () => shift)]);
        const padded = g.node('pad', { before: [0, 1, 1, 0], after: [0, 1, 1, 0], value }, [moved]);
        const pooled = g.node('max_pool', windowAttributes(3, 2), [moves[how]!(g, padded)]);
        const float = g.finish(pooled, g.node('tanh', {}, [moved]));
        expectClose(float, floatInputs(float, new Random(SEED), 4), 30, `shift ${shift}`);
      }
    },
  );

  it('but one that is seen otherwise, or lies among the data, is data', () => {
    const pads = (value: number, op: string) => {
      const g = new FloatGraph();
      const x = g.input([1, 6, 6, 2]);
      const padded = g.node('pad', { before: [0, 1, 1, 0], after: [0, 1, 1, 0], value }, [x]);
      return g.finish(g.node(op, windowAttributes(3, 2), [padded]));
    };
    for (const float of [pads(-0.4, 'max_pool'), pads(0.7, 'max_pool'), pads(-3, 'average_pool')]) {
      expectClose(float, floatInputs(float, new Random(SEED), 4), 30, 'border');
    }
    const infinite = pads(-Infinity, 'average_pool');
    const inputs = floatInputs(infinite, new Random(SEED), 4);
    expect(() => quantizeGraph(infinite, inputs, { method: 'mse', io: 'float' })).toThrow(
      /not-finite/,
    );
  });
});

describe('constants', () => {
  it('of any size, on either side: a mean image subtracted, a scale multiplied', () => {
    for (const op of ['sub', 'add', 'mul', 'prelu']) {
      const g = new FloatGraph();
      const x = g.input([1, 224, 224, 3]);
      const image = g.constant([1, 224, 224, 3], (i) => 0.5 + (i % 7) / 10);
      const float = g.finish(g.node(op, binary, [x, image]));
      expectClose(float, floatInputs(float, new Random(SEED), 1), 30, op);
    }
  });

  it('with a NaN or an infinity are refused, all at once', () => {
    const g = new FloatGraph();
    const x = g.input([1, 4]);
    const a = g.node('add', binary, [x, g.constant([4], (i) => (i ? 0 : -Infinity), 'mask')]);
    const float = g.finish(g.node('mul', binary, [a, g.constant([4], () => NaN, 'weights')]));
    const inputs = floatInputs(float, new Random(SEED), 2);
    expect(() => quantizeGraph(float, inputs, { method: 'mse', io: 'float' })).toThrow(
      /"mask".*"weights"/s,
    );
  });
});
