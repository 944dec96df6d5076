import { typedNode } from '../ir/graph.ts';
import type { Graph, TensorId, TypedNode } from '../ir/types.ts';
import { constantValue, floats } from '../ir/values.ts';
import { concat } from '../ops/shape/concat.ts';
import { MOVING } from './borders.ts';
import type { Calibration } from './calibrate.ts';
import { limitsOf, spanOf } from './range.ts';

/** Operands whose span is so many times narrower than the joined tensor's would lose 4 of 8 bits. */
const UNLIKE = 16;

/**
 * Concatenations of unlike ranges (boxes and scores of a detector) that only lead to outputs, and the
 * moves behind them: where outputs are float, they are done in float, and no operand drowns. Given as
 * the tensors that stay float.
 */
export function floatTail(graph: Graph, calibration: Calibration): Set<TensorId> {
  const tail = new Set<TensorId>();
  const nodes = graph.nodes.map((node) => typedNode(graph, node));
  for (const node of nodes) {
    const joins = node.op === concat.name && isUnlike(node, calibration);
    const follows = MOVING.includes(node.op) && tail.has(node.inputs[0]!.id);
    if (joins || follows) node.outputs.forEach(({ id }) => tail.add(id));
  }
  // Whatever is read by int8 layers is int8 itself, and so is what it is made from.
  for (const node of [...nodes].reverse()) {
    if (node.outputs.every(({ id }) => tail.has(id))) continue;
    for (const tensor of [...node.inputs, ...node.outputs]) if (tensor) tail.delete(tensor.id);
  }
  return tail;
}

function isUnlike(node: TypedNode, { histograms }: Calibration): boolean {
  const whole = spanOf(histograms.get(node.outputs[0]!.id)!);
  return node.inputs.some((tensor) => {
    const range = tensor!.data
      ? limitsOf(floats(constantValue(tensor!)))
      : histograms.get(tensor!.id)!;
    const span = spanOf(range);
    return span > 0 && span * UNLIKE < whole;
  });
}
