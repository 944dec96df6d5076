import type { Graph, Tensor, TensorId, TypedNode } from '../ir/types.ts';
import { tensorOf } from '../ir/graph.ts';
import { rowRuleOf } from '../lower/rows.ts';
import type { Kernel } from '../ops/kernel.ts';
import type { RowRule } from '../ops/rows.ts';

/** What makes the rows of a tensor: a step, or the application that feeds the input. */
export interface RowStep {
  readonly output: Tensor;
  readonly height: number;
  /** How its rows hang on those of its inputs; undefined: it makes whole tensors, or nothing. */
  readonly rule: RowRule | undefined;
  /** Tensors that it needs rows of, with the number of the step that makes them. */
  readonly needs: readonly Need[];
  /** Tensors that it needs as a whole. */
  readonly wholes: readonly Need[];
  /** Numbers of the steps that need its rows. */
  readonly readers: readonly number[];
}

export interface Need {
  readonly tensor: Tensor;
  /** -1: no step makes it. */
  readonly maker: number;
}

/** The steps of a schedule, and what makes the input as the last one, by their rows. */
export function rowGraph(
  graph: Graph,
  steps: readonly { readonly node: TypedNode; readonly kernel: Kernel }[],
): RowStep[] {
  const makers = new Map<TensorId, number>();
  steps.forEach(({ node }, i) => node.outputs.forEach(({ id }) => makers.set(id, i)));
  const [input] = graph.inputs;
  if (input !== undefined) makers.set(input, steps.length);
  const makerOf = ({ id }: Tensor) => makers.get(id) ?? -1;
  const readers = Array.from({ length: steps.length + 1 }, (): number[] => []);
  const made = steps.map(({ node, kernel }, i): RowStep => {
    const rule = rowRuleOf(node, kernel);
    const tensors = new Set((rule?.inputs ?? []).map((position) => node.inputs[position]!));
    const needs = [...tensors].map((tensor) => ({ tensor, maker: makerOf(tensor) }));
    for (const { maker } of needs) if (maker >= 0) readers[maker]!.push(i);
    const wholes = node.inputs.flatMap((tensor) =>
      tensor && !tensors.has(tensor) ? [{ tensor, maker: makerOf(tensor) }] : [],
    );
    const output = node.outputs[0]!;
    const height = output.shape[1] ?? 1;
    return { output, height, rule, needs, wholes, readers: readers[i]! };
  });
  if (input === undefined) return made;
  const output = tensorOf(graph, input);
  const fed = { output, height: output.shape[1] ?? 1, rule: undefined, needs: [], wholes: [] };
  return [...made, { ...fed, readers: readers[steps.length]! }];
}
