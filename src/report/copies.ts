import type { Tensor, TensorId, TypedNode } from '../ir/types.ts';
import { byteLength } from '../ir/types.ts';
import { axisCopies } from '../ops/axis-copies.ts';
import { formatSize } from '../support/bytes.ts';
import { shorten } from '../support/identifiers.ts';

/** A layer that only brings axes into another order. */
export interface CopyReport {
  /** Of the layer. */
  readonly index: number;
  readonly name: string;
  /** Sizes before and after. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly bytes: number;
  /** The input of the model that is copied; null for what lies inside. */
  readonly input: string | null;
}

/** The layers that only bring axes into another order; `inputs` are the graph's. */
export function copyReports(
  nodes: readonly TypedNode[],
  inputs: readonly TensorId[],
): CopyReport[] {
  return axisCopies(nodes, inputs).map(({ index, node, input }) => {
    const [from, to] = [node.inputs[0]!, node.outputs[0]!] as [Tensor, Tensor];
    return {
      ...{ index, name: node.origin.name, from: from.shape, to: to.shape, bytes: byteLength(to) },
      input: input?.name ?? null,
    };
  });
}

/** What is copied for the order of axes alone, as people read it, a line a copy; nothing for nothing. */
export function describeCopies(copies: readonly CopyReport[]): string[] {
  if (copies.length === 0) return [];
  return [
    `${copies.length === 1 ? '1 layer copies' : `${copies.length} layers copy`} to bring axes into another order:`,
    ...copies.map(({ index, name, from, to, bytes, input }) => {
      const what = input === null ? shorten(name) : `the input "${shorten(input)}"`;
      return `  #${index} ${what}: [${from.join(',')}] becomes [${to.join(',')}], ${formatSize(bytes)}`;
    }),
    '',
  ];
}
