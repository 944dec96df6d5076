import type { State, TensorId } from '../ir/types.ts';
import type { Schedule } from '../lower/schedule.ts';

/** What the tensors of a graph's states say about memory. */
export interface StateTensors {
  /**
   * States whose tensor gets memory of its own, filled at the start of an inference: its value is
   * still asked for when the state has its next one.
   */
  readonly loaded: ReadonlySet<State>;
  /** The state that a tensor is the next value of, under another shape or its own. */
  readonly nextOf: ReadonlyMap<TensorId, State>;
}

export function stateTensors({ graph, steps }: Schedule): StateTensors {
  const { states, outputs } = graph;
  const aliases = new Map(
    steps
      .filter(({ kernel, node }) => kernel.alias && !node.inputs[0]!.data)
      .map(({ node }) => [node.outputs[0]!.id, node.inputs[0]!.id]),
  );
  const original = (id: TensorId): TensorId => {
    const from = aliases.get(id);
    return from === undefined ? id : original(from);
  };
  const outlives = (state: State) =>
    original(state.write) !== state.read &&
    [...outputs, ...states.map(({ write }) => write)].some((id) => original(id) === state.read);
  const nextOf = new Map<TensorId, State>();
  for (const state of [...states].reverse()) nextOf.set(original(state.write), state);
  return { loaded: new Set(states.filter(outlives)), nextOf };
}
