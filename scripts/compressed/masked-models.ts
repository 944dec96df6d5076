import { typedNodes } from '../../src/ir/graph.ts';
import type { Graph } from '../../src/ir/types.ts';
import { opOf } from '../../src/ops/index.ts';
import { bytesOf, product } from '../../src/support/bytes.ts';
import { Random } from '../../src/support/random.ts';
import type { Block } from './made-layers.ts';
import { randomMask } from './made-layers.ts';

/** A model whose 1x1 and fully connected weights are cleared by a random mask, whatever it then computes. */
export function maskWeights(graph: Graph, zeros: number, block: Block): Graph {
  const random = new Random(1000 * zeros);
  const tensors = new Map(graph.tensors);
  for (const node of typedNodes(graph)) {
    const weights = node.inputs[opOf(node.op).weights?.input ?? -1];
    const [rows = 0, ...taps] = weights?.shape ?? [];
    const columns = product(taps);
    const isMatrix = node.op === 'dense' || (node.op === 'conv2d' && columns === taps.at(-1));
    if (!weights?.data || !isMatrix) continue;
    const kept = randomMask(random, [rows, columns], { zeros, block });
    const data = new Int8Array(weights.data).map((weight, i) => (kept(i) ? weight : 0));
    tensors.set(weights.id, { ...weights, data: bytesOf(data) });
  }
  return { ...graph, tensors };
}
