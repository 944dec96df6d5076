import type { Tensor, TensorId, TypedNode } from '../ir/types.ts';
import { quantize } from './quantize/quantize.ts';
import { reshape } from './shape/reshape.ts';
import { transpose } from './shape/transpose.ts';
import type { TransposeAttrs } from './shape/transpose.ts';

/** A node that computes nothing: it brings the axes of a tensor into another order. */
export interface AxisCopy {
  /** Its place among the nodes. */
  readonly index: number;
  readonly node: TypedNode;
  /** Axis i of the copy is axis permutation[i] of what is copied. */
  readonly permutation: readonly number[];
  /** The input of the model whose elements these are. */
  readonly input?: Tensor;
}

/** What lies between an input and a copy of it: each element is still one of the input's. */
const PASSES_ON: ReadonlySet<string> = new Set([quantize.name, reshape.name]);

/** The nodes of a graph that only bring axes into another order; `inputs` are the graph's. */
export function axisCopies(nodes: readonly TypedNode[], inputs: readonly TensorId[]): AxisCopy[] {
  const writers = new Map(nodes.flatMap((node) => node.outputs.map(({ id }) => [id, node])));
  const sourceOf = (tensor: Tensor): Tensor | undefined => {
    if (inputs.includes(tensor.id)) return tensor;
    const writer = writers.get(tensor.id);
    return writer && PASSES_ON.has(writer.op) ? sourceOf(writer.inputs[0]!) : undefined;
  };
  return nodes.flatMap((node, index) => {
    if (node.op !== transpose.name) return [];
    const { permutation } = node.attrs as TransposeAttrs;
    const input = sourceOf(node.inputs[0]!);
    return { index, node, permutation, ...(input && { input }) };
  });
}
