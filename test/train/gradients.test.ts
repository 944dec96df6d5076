import { describe, expect, it } from 'vitest';
import { Interpreter } from '../../src/interpret/interpret.ts';
import type { Graph } from '../../src/ir/types.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { Random } from '../../src/support/random.ts';
import { crossEntropy } from '../../src/train/loss.ts';
import { Network } from '../../src/train/network.ts';
import { variablesOf } from '../../src/train/parameter.ts';
import { cluster, shared } from '../../src/train/share.ts';
import { FloatGraph, windowAttributes } from '../support/float-graphs.ts';
import { caseCount, SEED } from '../support/seeds.ts';

const BATCH = 3;
const STEP = 2 ** -7;

/** Networks of one operator, or of few: drawn anew for each case. */
const NETWORKS: Readonly<Record<string, (random: Random) => Graph>> = {
  dense(random) {
    const g = new FloatGraph();
    const [depth, units] = [random.int(1, 40), random.int(1, 20)];
    return g.finish(connect(g, random, g.input([1, depth]), [units, depth]));
  },
  'dense on several lines': (random) => {
    const g = new FloatGraph();
    const x = g.input([1, 4, 6]);
    return g.finish(
      g.node('reshape', { shape: [1, 20] }, [connect(g, random, x, [5, 6], { keepDims: true })]),
    );
  },
  conv2d(random) {
    const g = new FloatGraph();
    const channels = random.int(1, 3);
    const x = g.input([1, random.int(5, 8), random.int(5, 8), channels]);
    return g.finish(convolve(g, random, x, channels));
  },
  'conv2d after conv2d': (random) => {
    const g = new FloatGraph();
    const first = convolve(g, random, g.input([1, 8, 8, 2]), 2, 4);
    return g.finish(convolve(g, random, first, 4));
  },
  'conv2d of one pixel': (random) => {
    const g = new FloatGraph();
    const first = convolve(g, random, g.input([1, 6, 6, 2]), 2, 4);
    const constants = [g.constant([3, 1, 1, 4], draw(random)), g.constant([3], draw(random))];
    return g.finish(g.node('conv2d', windowAttributes(1), [first, ...constants]));
  },
  depthwise_conv2d(random) {
    const g = new FloatGraph();
    const [channels, multiplier] = [random.int(1, 3), random.int(1, 2)];
    const first = convolve(g, random, g.input([1, 8, 8, 1]), 1, channels);
    const attrs = { ...windowAttributes(3, random.int(1, 2)), padding: [1, 0, 1, 1] };
    const outputs = channels * multiplier;
    const weights = g.constant([1, 3, 3, outputs], draw(random));
    const bias = g.constant([outputs], draw(random));
    return g.finish(
      g.node('depthwise_conv2d', { ...attrs, activation: 'relu6' }, [first, weights, bias]),
    );
  },
  max_pool: (random) => pooled(random, 'max_pool'),
  average_pool: (random) => pooled(random, 'average_pool'),
  mean(random) {
    const g = new FloatGraph();
    const first = convolve(g, random, g.input([1, 6, 6, 2]), 2, 4);
    const attrs = { axes: [1, 2], keepDims: false, rounding: 'double' };
    return g.finish(connect(g, random, g.node('mean', attrs, [first]), [5, 4]));
  },
  'add of what is read twice': (random) => {
    const g = new FloatGraph();
    const first = connect(g, random, g.input([1, 6]), [6, 6]);
    const second = connect(g, random, first, [6, 6]);
    const sum = g.node('add', { activation: 'relu', rounding: 'double' }, [first, second]);
    return g.finish(connect(g, random, sum, [4, 6]));
  },
  relu(random) {
    const g = new FloatGraph();
    const first = connect(g, random, g.input([1, 9]), [12, 9]);
    const attrs = {
      activation: random.pick(['relu', 'relu6', 'relu_n1_to_1']),
      rounding: 'double',
    };
    return g.finish(connect(g, random, g.node('relu', attrs, [first]), [4, 12]));
  },
};

describe.each(Object.entries(NETWORKS))('%s', (_, draw) => {
  it(`gives what the reference gives (seed ${SEED})`, () => {
    for (let i = 0; i < caseCount(4); i++) {
      const graph = draw(new Random(SEED + i));
      const network = filled(graph, SEED + i);
      const found = network.forward(BATCH).slice();
      const reference = new Interpreter(graph);
      const { input } = network;
      for (let s = 0; s < BATCH; s++) {
        const sample = input.values.slice(s * input.size, (s + 1) * input.size);
        const wanted = new Float32Array(reference.runBytes(bytesOf(sample)).buffer);
        wanted.forEach((x, c) => expect(found[s * wanted.length + c]).toBeCloseTo(x, 3));
      }
    }
  });

  it(`has the gradients that differences show (seed ${SEED})`, () => {
    const counts = { smooth: 0, kinks: 0 };
    for (let i = 0; i < caseCount(4); i++) {
      const network = filled(draw(new Random(SEED + i)), SEED + i);
      const loss = randomLoss(network, new Random(i + 1));
      checkGradients(network, loss, new Random(SEED - i), counts);
    }
    // Where a ReLU or a maximum changes sides within a step there is no slope to compare.
    expect(counts.smooth).toBeGreaterThan(counts.kinks);
  });
});

it(`the gradients of shared weights are the sums over those that share (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const network = filled(NETWORKS.conv2d!(random), SEED);
  for (const parameter of network.parameters) {
    parameter.values[0] = 0;
    parameter.form = shared(network.engine, cluster(parameter.values, 4));
  }
  const counts = { smooth: 0, kinks: 0 };
  checkGradients(network, randomLoss(network, random), random, counts);
  expect(counts.smooth).toBeGreaterThan(counts.kinks);
});

it.each([
  ['labels', 0],
  ['labels and a teacher', 0.6],
])('cross-entropy with %s has the gradients that differences show', (_, share) => {
  const random = new Random(SEED);
  const [size, samples] = [5, BATCH];
  const values = Float32Array.from({ length: size * samples }, () => random.real(-3, 3));
  const logits = values.map(() => random.real(-3, 3));
  const wanted = {
    labels: [0, 4, 2],
    ...(share > 0 && { teacher: { logits, temperature: 3, share } }),
  };
  const gradients = new Float32Array(values.length);
  const loss = () =>
    crossEntropy({ values, gradients: new Float32Array(values.length), size }, samples, wanted);
  crossEntropy({ values, gradients, size }, samples, wanted);
  gradients.forEach((gradient, i) =>
    expect(difference(values, i, loss).slope).toBeCloseTo(gradient, 3),
  );
});

interface Loss {
  value(): number;
  /** Writes the gradients of the logits. */
  derive(): void;
}

// Each output with a weight of its own: what any loss is, for small changes.
function randomLoss(network: Network, random: Random): Loss {
  const { logits } = network;
  const by = logits.gradients.map(() => random.real(-1, 1));
  return {
    value: () => network.forward(BATCH).reduce((sum, x, i) => sum + x * by[i]!, 0),
    derive: () => logits.gradients.set(by),
  };
}

function checkGradients(
  network: Network,
  loss: Loss,
  random: Random,
  counts: { smooth: number; kinks: number },
): void {
  network.forward(BATCH, true);
  loss.derive();
  network.backward(BATCH);
  for (const parameter of network.parameters) {
    const { values, gradients } = variablesOf(parameter);
    const found = gradients.slice();
    for (let n = 0; n < Math.min(12, values.length); n++) {
      const i = random.int(0, values.length - 1);
      const slope = difference(values, i, () => loss.value());
      if (!slope.smooth) counts.kinks++;
      else {
        counts.smooth++;
        const most = 2e-3 + 2e-3 * Math.abs(found[i]!);
        expect(Math.abs(slope.slope - found[i]!), `${parameter.name} ${i}`).toBeLessThan(most);
      }
    }
  }
}

function difference(values: Float32Array, i: number, loss: () => number) {
  const at = values[i]!;
  const losses = [-STEP, 0, STEP].map((step) => {
    values[i] = at + step;
    return loss();
  });
  values[i] = at;
  const [before, here, after] = losses as [number, number, number];
  const bend = Math.abs(after - 2 * here + before) / STEP;
  return { slope: (after - before) / (2 * STEP), smooth: bend < 5e-3 };
}

function filled(graph: Graph, seed: number): Network {
  const network = new Network(graph, BATCH);
  const random = new Random(seed + 1000);
  for (let i = 0; i < network.input.values.length; i++)
    network.input.values[i] = random.real(-1, 1);
  return network;
}

function draw(random: Random): () => number {
  return () => random.real(-1, 1);
}

function connect(
  g: FloatGraph,
  random: Random,
  from: number,
  [units, depth]: readonly [number, number],
  { keepDims = false } = {},
): number {
  const attrs = { activation: 'none', rounding: 'double', keepDims };
  const constants = [g.constant([units, depth], draw(random)), g.constant([units], draw(random))];
  return g.node('dense', attrs, [from, ...constants]);
}

function convolve(
  g: FloatGraph,
  random: Random,
  from: number,
  channels: number,
  filters = random.int(1, 9),
): number {
  const dilation = random.int(1, 2);
  const pixels = () => random.int(0, 2);
  const attrs = {
    ...windowAttributes(random.int(1, 3), random.int(1, 2)),
    dilation: [dilation, dilation],
    padding: [pixels(), pixels(), pixels(), pixels()],
    activation: random.pick(['none', 'relu']),
  };
  const [rows, columns] = attrs.kernel as [number, number];
  const weights = g.constant([filters, rows, columns, channels], draw(random));
  return g.node('conv2d', attrs, [from, weights, g.constant([filters], draw(random))]);
}

function pooled(random: Random, op: string): Graph {
  const g = new FloatGraph();
  const first = convolve(g, random, g.input([1, 8, 8, 1]), 1, 3);
  const attrs = { ...windowAttributes(2, random.int(1, 2)), padding: [1, 0, 1, 1] };
  return g.finish(g.node(op, { ...attrs, activation: 'none' }, [first]));
}
