import { tensorOf } from '../ir/graph.ts';
import { formatType } from '../ir/types.ts';
import type { Graph, TensorId } from '../ir/types.ts';
import { initialBytes } from '../ir/values.ts';
import { isUniform } from '../support/bytes.ts';
import { toComment } from '../support/identifiers.ts';
import type { MemoryPlan } from '../plan/plan.ts';
import { placementOf } from '../plan/plan.ts';
import { addressOf, arenasOf } from './arenas.ts';
import type { Constants } from './constants.ts';

/** What the template prints of a graph's states. */
export interface StateViews {
  /** Statements that put each state to what it is before the first inference. */
  readonly resets: readonly { comment: string; call: string }[];
  /** Copies at the start of an inference, of states whose memory gets their next value early. */
  readonly loads: readonly string[];
  /** Copies at its end, of next values that were not written in place. */
  readonly stores: readonly string[];
}

export function stateViews(graph: Graph, plan: MemoryPlan, constants: Constants): StateViews {
  const lasting = plan.placements.filter(({ state }) => state);
  const arenas = arenasOf(plan);
  const addressOfTensor = (id: TensorId) => addressOf(arenas, placementOf(plan, id));
  const copy = (to: string, from: string, bytes: number) => `memcpy(${to}, ${from}, ${bytes})`;
  const without = (end: 'read' | 'write') =>
    lasting.filter(({ state, tensors }) => !tensors.includes(state![end]));
  return {
    resets: lasting.map((memory, i) => {
      const type = tensorOf(graph, memory.state!.read);
      const bytes = initialBytes(type, memory.state!);
      const to = addressOf(arenas, memory);
      return {
        comment: `${toComment(type.name)}: ${formatType(type)}`,
        call: isUniform(bytes)
          ? `memset(${to}, ${bytes[0]}, ${bytes.length})`
          : copy(to, constants.nameOfInitial(i, bytes), bytes.length),
      };
    }),
    loads: without('read').map((memory) =>
      copy(addressOfTensor(memory.state!.read), addressOf(arenas, memory), memory.bytes),
    ),
    stores: without('write').map((memory) =>
      copy(addressOf(arenas, memory), addressOfTensor(memory.state!.write), memory.bytes),
    ),
  };
}
