import type { Graph } from '../../src/ir/types.ts';
import type { Random } from '../../src/support/random.ts';
import type { Examples } from '../../src/train/examples.ts';
import { FloatGraph, windowAttributes } from './float-graphs.ts';

export const SIDE = 8;
export const CLASSES = 4;

/** Pictures of a stripe in one of four directions, with noise: what a small network learns in seconds. */
export function patternedExamples(random: Random, count: number): Examples {
  const labels = Array.from({ length: count }, () => random.int(0, CLASSES - 1));
  const pictures = labels.map((label) => {
    const shift = random.int(1, SIDE - 2);
    return Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
      const [y, x] = [Math.floor(i / SIDE), i % SIDE];
      const places = [y - shift, x - shift, y - x, y + x - SIDE + 1];
      return (places[label] === 0 ? 1 : 0) + random.real(-0.3, 0.3);
    });
  });
  return { count, labels, read: (index, to) => to.set(pictures[index]!) };
}

/** A convolution, a pool and two fully connected layers, with weights drawn at random. */
export function patternNetwork(random: Random): Graph {
  const g = new FloatGraph();
  const drawn = (shape: readonly number[], depth: number, name: string) => [
    g.constant(shape, () => random.real(-1, 1) * Math.sqrt(6 / depth), `${name}_weights`),
    g.constant([shape[0]!], () => 0, `${name}_bias`),
  ];
  const attrs = { rounding: 'double', keepDims: false };
  const x = g.input([1, SIDE, SIDE, 1]);
  const window = { ...windowAttributes(3), activation: 'relu' };
  const first = g.node('conv2d', window, [x, ...drawn([8, 3, 3, 1], 9, 'first')], 'first');
  const pool = g.node('max_pool', windowAttributes(2, 2), [first], 'pool');
  const flat = g.node('reshape', { shape: [1, 72] }, [pool], 'flat');
  const middle = [flat, ...drawn([24, 72], 72, 'middle')];
  const second = g.node('dense', { ...attrs, activation: 'relu' }, middle, 'middle');
  const last = [second, ...drawn([CLASSES, 24], 24, 'last')];
  return g.finish(g.node('dense', { ...attrs, activation: 'none' }, last, 'last'));
}
