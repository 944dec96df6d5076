import { typedNode } from '../ir/graph.ts';
import type { Graph, Node, Quantization, TensorId, TypedNode } from '../ir/types.ts';
import { opOf } from '../ops/index.ts';
import { isOp } from '../ops/op.ts';
import { pad } from '../ops/shape/pad.ts';
import type { PadAttrs } from '../ops/shape/pad.ts';
import type { Calibration } from './calibrate.ts';
import type { QuantizeOptions } from './quantize.ts';
import { chooseRange, rangeOf } from './range.ts';
import { TypeGroups } from './type-groups.ts';

/**
 * Operands of a joining operator take its output's type, without a requantization, while that makes
 * their steps no coarser than this: a requantization costs about as much signal. Where nothing else
 * reads an operand its finer steps would be lost in any case, so more is tolerable.
 */
const TOLERABLE_COARSENING = { shared: 1.5, alone: 4 };

/**
 * The quantization of every activation. What only moves elements has one type on both sides; what
 * joins tensors (a concatenation, say) has the measured range of its output, and shares it with an
 * operand where that loses little. Those in `float` have none.
 */
export function activationTypes(
  graph: Graph,
  { histograms, borders }: Calibration,
  { method, ranges }: QuantizeOptions,
  float: ReadonlySet<TensorId>,
): Map<TensorId, Quantization> {
  const groups = new TypeGroups();
  for (const [id, histogram] of histograms) {
    if (float.has(id)) continue;
    groups.add(id, chooseRange(histogram, method), ranges?.get(graph.tensors.get(id)!.name));
  }
  const nodes = graph.nodes
    .map((node) => typedNode(graph, node))
    .filter((node) => !float.has(output(node)));
  for (const node of nodes) {
    const { quantize } = opOf(node.op);
    if (typeof quantize !== 'string') {
      const type = { scales: [quantize.scale], zeroPoints: [quantize.zeroPoint], axis: 0 };
      for (const { id } of node.outputs) groups.fix(id, type);
    } else if (quantize === 'same' && (moves(node, borders) || operandsAgree(node, groups))) {
      joinAll(groups, node);
    }
  }
  for (const node of [...nodes].reverse()) {
    if (opOf(node.op).quantize !== 'same') continue;
    for (const id of operands(node))
      if (mayShare(graph, groups, node, id)) groups.join(id, output(node));
  }
  return groups.types();
}

const output = (node: TypedNode): TensorId => node.outputs[0]!.id;

function operands(node: TypedNode): TensorId[] {
  return node.inputs.filter((tensor) => tensor && !tensor.data).map((tensor) => tensor!.id);
}

function joinAll(groups: TypeGroups, node: TypedNode): void {
  const [first, ...others] = [...operands(node), ...node.outputs.map(({ id }) => id)];
  for (const id of others) groups.join(first!, id);
}

// One operand and nothing added to it but what every type holds: zero, or "no element".
function moves(node: TypedNode, borders: ReadonlyMap<TensorId, number>): boolean {
  if (node.inputs.length !== 1) return false;
  return !isOp<PadAttrs>(node, pad) || !node.attrs.value || borders.has(output(node));
}

// All operands have one prescribed type (gates of logistic functions, say) that holds the output.
function operandsAgree(node: TypedNode, groups: TypeGroups): boolean {
  const types = operands(node).map((id) => groups.of(id).fixed);
  const type = types[0];
  if (!type || types.some((other) => other?.scales[0] !== type.scales[0])) return false;
  const [held, { range }] = [rangeOf(type), groups.of(output(node))];
  return range.low >= held.low && range.high <= held.high + type.scales[0]!;
}

function mayShare(graph: Graph, groups: TypeGroups, node: TypedNode, id: TensorId): boolean {
  const [from, to] = [groups.of(id), groups.of(output(node))];
  if (from === to || from.fixed || from.given || to.fixed) return false;
  const coarsening = groups.coarsening(id, output(node));
  if (coarsening <= TOLERABLE_COARSENING.shared) return true;
  return coarsening <= TOLERABLE_COARSENING.alone && isOnlyReader(graph, from.members, node);
}

// Nothing but the node reads the tensors, moves among themselves aside.
function isOnlyReader(graph: Graph, members: readonly TensorId[], node: TypedNode): boolean {
  const inside = new Set(members);
  const reads = ({ inputs }: Node) => inputs.some((id) => id !== undefined && inside.has(id));
  return (
    !graph.outputs.some((id) => inside.has(id)) &&
    graph.nodes.every(
      (other) =>
        !reads(other) || inside.has(other.outputs[0]!) || other.outputs[0] === output(node),
    )
  );
}
