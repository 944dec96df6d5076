import type { TfliteModel, TfliteOperator, TfliteTensor } from '../formats/tflite/records.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import { malformedModel } from './malformed-model.ts';

/**
 * The operators in an order in which each runs after those it reads from, and what is wrong with
 * it: cycles, tensors that nothing writes, and tensors that are written twice.
 */
export function sortOperators(
  model: TfliteModel,
  file: string,
): { readonly sorted: TfliteOperator[]; readonly problems: Diagnostic[] } {
  const { problems, fail } = malformedModel(file);
  const inputs = new Set(model.inputs);
  const writers = new Map<TfliteTensor, TfliteOperator>();
  for (const operator of model.operators) {
    for (const tensor of operator.outputs) {
      if (writers.has(tensor) || tensor.data?.length)
        fail(`the tensor "${tensor.name}" is written twice`);
      writers.set(tensor, operator);
    }
  }
  const state = new Map<TfliteOperator, 'visiting' | 'done'>();
  const sorted: TfliteOperator[] = [];
  for (const operator of model.operators) visit(operator);
  for (const tensor of model.outputs) {
    if (!writers.has(tensor) && !tensor.data && !inputs.has(tensor)) {
      fail(`nothing writes the output "${tensor.name}"`);
    }
  }
  return { sorted, problems };

  // Depth first, with a stack of its own: a chain may be as long as the file.
  function visit(root: TfliteOperator): void {
    const stack = [{ operator: root, next: 0 }];
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const { operator } = top;
      if (top.next === 0 && state.has(operator)) {
        stack.pop();
        continue;
      }
      state.set(operator, 'visiting');
      const input = operator.inputs[top.next++];
      if (top.next > operator.inputs.length) {
        state.set(operator, 'done');
        sorted.push(operator);
        stack.pop();
      } else if (input) {
        follow(input, operator, stack);
      }
    }
  }

  function follow(
    input: TfliteTensor,
    reader: TfliteOperator,
    stack: { operator: TfliteOperator; next: number }[],
  ): void {
    const writer = writers.get(input);
    if (!writer) {
      if (!input.data && !input.variable && !inputs.has(input)) {
        fail(
          `operator #${reader.index} (${reader.code}) reads "${input.name}", which nothing writes and which has no data`,
        );
      }
    } else if (state.get(writer) === 'visiting') {
      fail(`the operators form a cycle through "${input.name}"`);
    } else if (!state.has(writer)) {
      stack.push({ operator: writer, next: 0 });
    }
  }
}
