import type { Tensor, TypedNode } from '../ir/types.ts';
import { memoise } from '../support/memoise.ts';

/**
 * How the rows of an output (axis 1 of [1, y, ...]) hang on rows of inputs: row y needs the input
 * rows from y * stride - padding on, so many of them. Inputs not named are needed as a whole.
 */
export interface RowRule<Attrs = unknown> {
  /** Positions of the inputs that are needed row by row. */
  readonly inputs: readonly number[];
  readonly rows: number;
  readonly stride: number;
  /** Rows of padding above the first input row. */
  readonly padding: number;
  /** Attributes of a node that computes rows which no padding reaches. */
  readonly inside: Attrs;
}

/**
 * The rule of an operator that makes each row of the same row of its inputs, all rows alike;
 * undefined where a constant differs from row to row.
 */
export function rowByRow<Attrs>({
  attrs,
  inputs,
  outputs,
}: TypedNode<Attrs>): RowRule<Attrs> | undefined {
  const { shape } = outputs[0]!;
  if (shape.length < 3 || shape[0] !== 1) return undefined;
  const inRows = (tensor: Tensor | undefined) =>
    tensor?.shape.length === shape.length && tensor.shape[0] === 1 && tensor.shape[1] === shape[1];
  const positions = inputs.flatMap((tensor, i) => (inRows(tensor) ? [i] : []));
  const constant = positions.some((i) => inputs[i]!.data && shape[1] !== 1);
  if (constant || positions.length === 0) return undefined;
  return { inputs: positions, rows: 1, stride: 1, padding: 0, inside: attrs };
}

// Of the nodes that compute rows: those that compute all of them.
const wholes = new WeakMap<TypedNode, TypedNode>();

/** What hangs on a node's weights and quantization alone: computed once, for the nodes of its rows, too. */
export function memoiseLayer<Node extends TypedNode, Value>(
  compute: (node: Node) => Value,
): (node: Node) => Value {
  const known = memoise(compute);
  return (node) => known((wholes.get(node) as Node | undefined) ?? node);
}

/** A node that computes `count` rows inside of an output, away from all padding. */
export function rowNode<Attrs>(
  node: TypedNode<Attrs>,
  { inputs, rows, stride, inside }: RowRule<Attrs>,
  count: number,
): TypedNode<Attrs> {
  const cut = (tensor: Tensor, height: number): Tensor => ({
    ...tensor,
    shape: tensor.shape.map((size, axis) => (axis === 1 ? height : size)),
  });
  const height = (count - 1) * stride + rows;
  const some = {
    ...node,
    attrs: inside,
    inputs: node.inputs.map((tensor, i) =>
      tensor && inputs.includes(i) ? cut(tensor, height) : tensor,
    ),
    outputs: node.outputs.map((tensor) => cut(tensor, count)),
  };
  wholes.set(some, node);
  return some;
}
