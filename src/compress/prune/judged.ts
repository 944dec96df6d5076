import { typedNodes } from '../../ir/graph.ts';
import type { Graph, TensorId, TypedNode, Value } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { Run } from './run.ts';
import type { Values } from './run.ts';
import type { Turn } from './refit.ts';

/** Operators behind which differences shrink, or stay as they are: what goes in is judged. */
const SEEN_THROUGH = ['softmax', 'log_softmax', 'logistic', 'dequantize', 'reshape'];

/** What a network is judged by: its outputs, before the functions that turn them into shares. */
export function judgedTensors(graph: Graph): TensorId[] {
  const makers = new Map(graph.nodes.map((node) => [node.outputs[0], node]));
  return graph.outputs.map((output) => {
    for (let id = output; ;) {
      const node = makers.get(id);
      const before = node?.inputs[0];
      if (!node || before === undefined || !SEEN_THROUGH.includes(node.op)) return id;
      id = before;
    }
  });
}

/** Nodes that stand for those of a graph, by their first output. */
export type Replaced = ReadonlyMap<TensorId, TypedNode>;

/** What the judged tensors hold for each input, as real numbers, with some nodes replaced. */
export async function judgedOutputs(
  graph: Graph,
  replaced: Replaced,
  inputs: readonly Uint8Array[],
  turn: Turn,
): Promise<Float64Array[]> {
  const run = new Run(graph, inputs);
  const judged = judgedTensors(graph);
  const found = new Map<TensorId, Values>();
  for (const [i, node] of typedNodes(graph).entries()) {
    await run.step(replaced.get(node.outputs[0]!.id) ?? node, turn);
    for (const id of judged)
      if (node.outputs.some((tensor) => tensor.id === id)) found.set(id, run.values(id));
    run.release(graph.nodes[i]!);
  }
  return judged.map((id) => realValues(found.get(id) ?? run.values(id)));
}

/** The values of one tensor for all inputs, one after the other, as real numbers. */
export function realValues(values: Values): Float64Array {
  return Float64Array.from(values.flatMap((value) => Array.from(realOf(value))));
}

function realOf({ type, data }: Value): Float64Array {
  const { scale, zeroPoint } = perTensor(type);
  const isQuantized = type.quant !== undefined;
  return Float64Array.from(data as ArrayLike<number | bigint>, (x) =>
    isQuantized ? scale * (Number(x) - zeroPoint) : Number(x),
  );
}

/** Squared differences as a share of the variance of what was wanted, averaged over the tensors. */
export function outputError(
  wanted: readonly Float64Array[],
  found: readonly Float64Array[],
): number {
  const errors = wanted.map((want, t) => {
    const mean = want.reduce((sum, x) => sum + x, 0) / want.length;
    let [noise, signal] = [0, 0];
    want.forEach((x, i) => {
      noise += (x - found[t]![i]!) ** 2;
      signal += (x - mean) ** 2;
    });
    return noise === 0 ? 0 : noise / Math.max(signal, Number.MIN_VALUE);
  });
  return errors.reduce((sum, error) => sum + error, 0) / Math.max(1, errors.length);
}
