import { tensorOf } from '../ir/graph.ts';
import type { Candidates } from '../lower/lower.ts';
import { rowRuleOf } from '../lower/rows.ts';
import { CompileError } from '../support/diagnostics.ts';

/** Throws CompileError when no plan can take the model's input row by row. */
export function requireFeedable({ graph, steps }: Candidates): void {
  const [input, ...others] = graph.inputs;
  if (input === undefined || others.length > 0)
    throw notFeedable(`there are ${graph.inputs.length} inputs`);
  if (graph.states.length > 0) throw notFeedable('the model keeps a state between inferences');
  if (graph.outputs.includes(input)) throw notFeedable('it is an output, too');
  const { node, candidates } = steps[0] ?? {};
  const inRows = candidates?.some(({ kernel }) =>
    rowRuleOf(node!, kernel)?.inputs.some((i) => node!.inputs[i]?.id === input),
  );
  if (!inRows) {
    const { shape } = tensorOf(graph, input);
    throw notFeedable(`the first layer does not compute rows of [${shape.join(',')}] one by one`);
  }
}

export function notFeedable(reason: string): CompileError {
  return new CompileError({
    code: 'input-not-by-rows',
    message: `the input cannot come row by row: ${reason}`,
    where: '--input rows',
    hint: 'leave --input rows out: the input is then written as a whole before each inference',
  });
}
