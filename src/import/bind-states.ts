import { tensorOf } from '../ir/graph.ts';
import { printType } from '../ir/print.ts';
import type { Graph, State, TensorId } from '../ir/types.ts';
import { throwIfAny } from '../support/diagnostics.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import { shorten } from '../support/identifiers.ts';

/**
 * A graph some of whose inputs are the outputs of the inference before: both are states of it from
 * now on, that begin at zero. Throws CompileError with every pair that does not fit.
 */
export function bindStates(
  graph: Graph,
  file: string,
  pairs: readonly (readonly [input: string, output: string])[] = [],
): Graph {
  if (pairs.length === 0) return graph;
  const problems: Diagnostic[] = [];
  const find = (ids: readonly TensorId[], name: string, what: string) => {
    const found = ids.find((id) => tensorOf(graph, id).name === name);
    if (found === undefined) {
      const names = ids.map((id) => `"${shorten(tensorOf(graph, id).name)}"`).join(', ');
      problems.push(problem(`the model has no ${what} "${shorten(name)}"; it has ${names}`, file));
    }
    return found;
  };
  const states = pairs.flatMap(([input, output]): State[] => {
    const [read, write] = [
      find(graph.inputs, input, 'input'),
      find(graph.outputs, output, 'output'),
    ];
    if (read === undefined || write === undefined) return [];
    const [now, next] = [read, write].map((id) => printType(tensorOf(graph, id)));
    if (now !== next) problems.push(problem(`"${input}" is ${now}, and "${output}" ${next}`, file));
    return [{ read, write }];
  });
  const bound = (end: 'read' | 'write') => states.map((state) => state[end]);
  for (const end of ['read', 'write'] as const)
    if (new Set(bound(end)).size < states.length)
      problems.push(problem('an input or output is named twice', file));
  const inputs = graph.inputs.filter((id) => !bound('read').includes(id));
  const outputs = graph.outputs.filter((id) => !bound('write').includes(id));
  if (problems.length === 0 && (inputs.length === 0 || outputs.length === 0))
    problems.push(problem('they leave the model without an input or without an output', file));
  throwIfAny(problems);
  return { ...graph, inputs, outputs, states: [...graph.states, ...states] };
}

function problem(message: string, where: string): Diagnostic {
  return {
    code: 'bad-option',
    message: `--state: ${message}`,
    where,
    hint: 'give INPUT=OUTPUT, two names of one type, for each state; thimble inspect shows them',
  };
}
