import { typedNode } from '../ir/graph.ts';
import type { GraphBuilder } from '../ir/graph.ts';
import type { Node } from '../ir/types.ts';
import { elements } from '../ir/types.ts';
import { constantValue, valueBytes } from '../ir/values.ts';
import { opOf } from '../ops/index.ts';
import { Unsupported } from '../ops/op.ts';
import { stepsOf } from '../ops/steps.ts';

/** What may still be spent on constants that are computed at import: a small file may ask for hours. */
export interface FoldBudget {
  elements: number;
  steps: number;
  /** Bytes of constants that nodes may still read: each of them may get a copy in a layout of its own. */
  read: number;
}

/** What a model may spend whose own constants have so many bytes. */
export function foldBudget(bytes: number): FoldBudget {
  return {
    elements: Math.max(2 ** 20, 2 * bytes),
    steps: 2 ** 26,
    read: Math.max(2 ** 24, 4 * bytes),
  };
}

/** Throws Unsupported when nodes read constants over and over that are large. */
export function spendConstants(node: Node, builder: GraphBuilder, budget: FoldBudget): void {
  for (const id of node.inputs)
    if (id !== undefined) budget.read -= builder.tensor(id).data?.length ?? 0;
  if (budget.read < 0) {
    throw new Unsupported('the operators up to it read the same large constants over and over');
  }
}

/** Turns a node on constants alone into constants; false when it has another operand. */
export function foldNode(node: Node, builder: GraphBuilder, budget: FoldBudget): boolean {
  const typed = typedNode(builder, node);
  if (!typed.inputs.every((tensor) => tensor === undefined || tensor.data)) return false;
  const outputs = typed.outputs.reduce((sum, tensor) => sum + elements(tensor), 0);
  spend(budget, outputs, stepsOf(typed));
  const values = typed.inputs.map((tensor) => tensor && constantValue(tensor));
  const results = opOf(node.op).evaluate(typed, values);
  results.forEach((value, i) => {
    builder.setTensor({ ...typed.outputs[i]!, data: valueBytes(value) });
  });
  return true;
}

/** Throws Unsupported when constants of so many elements, computed in so many steps, are too much. */
export function spend(budget: FoldBudget, outputs: number, steps: number): void {
  budget.elements -= outputs;
  budget.steps -= steps;
  if (budget.elements < 0 || budget.steps < 0) {
    throw new Unsupported(
      'it works on constants alone, and takes too long to compute while the model is read',
      'export the model with its constants computed',
    );
  }
}
