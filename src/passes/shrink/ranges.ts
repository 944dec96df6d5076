import { typedNode } from '../../ir/graph.ts';
import type { Graph, Node, Tensor, TensorId, TypedNode, Value } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import { constantValue, emptyValue } from '../../ir/values.ts';
import { constantRanges, wholeRanges } from '../../ops/channels.ts';
import type { Ranges } from '../../ops/channels.ts';
import { opOf } from '../../ops/index.ts';
import { stepsOf } from '../../ops/steps.ts';
import { sum } from '../../support/bytes.ts';

/** What is known of a graph's tensors, whatever its inputs are. */
export interface Facts {
  readonly ranges: ReadonlyMap<TensorId, Ranges>;
  /** Tensors of 8 bits, not constants yet, that have the same contents in every inference. */
  readonly known: ReadonlyMap<TensorId, Value>;
}

/** The ranges of all channels of all tensors but weights, by interval arithmetic along the graph. */
export function rangesOf(graph: Graph): Facts['ranges'] {
  return factsOf(graph).ranges;
}

/** What computing known contents may still take: a small file may ask for hours. */
export interface KnownBudget {
  elements: number;
  steps: number;
}

export function knownBudget(): KnownBudget {
  return { elements: 2 ** 23, steps: 2 ** 24 };
}

/** What is beyond the budget is not known: its ranges still are. */
export function factsOf(graph: Graph, budget = knownBudget()): Facts {
  const ranges = new Map<TensorId, Ranges>();
  const known = new Map<TensorId, Value>();
  const rangesOfInput = (tensor: Tensor): Ranges => {
    const found =
      ranges.get(tensor.id) ?? (tensor.data ? constantRanges(tensor) : wholeRanges(tensor));
    ranges.set(tensor.id, found);
    return found;
  };
  for (const node of graph.nodes) {
    const typed = typedNode(graph, node);
    const rules = opOf(node.op).channels;
    const operands = operandsOf(typed);
    const results =
      rules?.ranges(typed, operands.map(rangesOfInput)) ?? typed.outputs.map(wholeRanges);
    const contents = rules && evaluate(typed, operands, known, budget);
    typed.outputs.forEach((output, i) => {
      const exact = contents?.[i];
      const value = exact ?? constantChannels(output, results[i]!, budget);
      if (value) known.set(output.id, value);
      const found = exact && constantRanges({ ...output, data: new Uint8Array(exact.data.buffer) });
      ranges.set(output.id, found ?? results[i]!);
    });
  }
  return { ranges, known };
}

/** The inputs of a node that have channels of their own: all but weights and bias. */
export function operandsOf(node: TypedNode): Tensor[] {
  return operandPlaces(node.op, node.inputs).map((i) => node.inputs[i]!);
}

/** Where they stand among the node's inputs. */
export function operandPlaces(op: string, inputs: readonly unknown[]): number[] {
  const { weights } = opOf(op);
  return inputs.flatMap((input, i) =>
    input === undefined || i === weights?.input || i === weights?.bias ? [] : [i],
  );
}

export function operandIds({ op, inputs }: Node): TensorId[] {
  return operandPlaces(op, inputs).map((i) => inputs[i]!);
}

// The outputs of a node all of whose operands are the same each time.
function evaluate(
  node: TypedNode,
  operands: readonly Tensor[],
  known: ReadonlyMap<TensorId, Value>,
  budget: KnownBudget,
): Value[] | undefined {
  const fixed = operands.every(({ id, data }) => data !== undefined || known.has(id));
  if (!fixed || operands.length === 0 || !node.outputs.every(is8Bit)) return undefined;
  const touched = sum([...node.outputs, ...operands].map(elements));
  if (!spend(budget, touched, stepsOf(node))) return undefined;
  const values = node.inputs.map(
    (tensor) => tensor && (known.get(tensor.id) ?? constantValue(tensor)),
  );
  return opOf(node.op).evaluate(node, values);
}

function constantChannels(
  tensor: Tensor,
  { low, high }: Ranges,
  budget: KnownBudget,
): Value | undefined {
  if (!is8Bit(tensor) || elements(tensor) === 0) return undefined;
  if (!low.every((least, c) => least === high[c])) return undefined;
  if (!spend(budget, elements(tensor), 0)) return undefined;
  const value = emptyValue(tensor);
  for (let i = 0; i < value.data.length; i++) value.data[i] = low[i % low.length]!;
  return value;
}

// False, and nothing spent, when it is too much.
function spend(budget: KnownBudget, elements: number, steps: number): boolean {
  if (elements > budget.elements || steps > budget.steps) return false;
  budget.elements -= elements;
  budget.steps -= steps;
  return true;
}

function is8Bit({ dtype }: Tensor): boolean {
  return dtype === 'int8' || dtype === 'uint8';
}
