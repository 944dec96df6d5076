import type { Graph } from '../../src/ir/types.ts';
import type { Random } from '../../src/support/random.ts';
import { FloatGraph, floatInputs, windowAttributes } from './float-graphs.ts';

/** A float network of which most weights are small: convolution, two fully connected layers. */
export function prunableNetwork(random: Random): Graph {
  const g = new FloatGraph();
  const few = () => random.real(-1, 1) ** 5;
  const x = g.input([1, 6, 6, 2]);
  const window = { ...windowAttributes(3), activation: 'relu' };
  const a = g.node(
    'conv2d',
    window,
    [x, g.constant([8, 3, 3, 2], few), g.constant([8], () => random.real(-0.2, 0.2))],
    'first',
  );
  const flat = g.node('reshape', { shape: [1, 128] }, [a]);
  const connect = (from: number, [rows, columns]: readonly [number, number], name: string) =>
    g.node(
      'dense',
      { activation: name === 'last' ? 'none' : 'relu', rounding: 'double', keepDims: false },
      [from, g.constant([rows, columns], few), g.constant([rows], few)],
      name,
    );
  return g.finish(connect(connect(flat, [48, 128], 'middle'), [6, 48], 'last'));
}

/** Inputs with a few causes each: what one tap sees tells of the others. */
export function causedInputs(graph: Graph, random: Random, count: number): Uint8Array[] {
  const patterns = floatInputs(graph, random, 6).map((bytes) => new Float32Array(bytes.buffer));
  return Array.from({ length: count }, () => {
    const shares = patterns.map(() => random.real(-1, 1));
    const sum = patterns[0]!.map((_, i) =>
      patterns.reduce((all, pattern, p) => all + shares[p]! * pattern[i]!, random.real(-0.1, 0.1)),
    );
    return new Uint8Array(sum.buffer);
  });
}
