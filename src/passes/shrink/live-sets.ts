import { typedNode } from '../../ir/graph.ts';
import type { Graph, TensorId, TypedNode } from '../../ir/types.ts';
import { perTensor, weightZeroPoint } from '../../ir/types.ts';
import { channelCount } from '../../ops/channels.ts';
import type { Ranges } from '../../ops/channels.ts';
import { opOf } from '../../ops/index.ts';
import { int8Weights } from '../../ops/weighted.ts';
import type { ChannelSets } from './channel-sets.ts';
import type { Facts } from './ranges.ts';
import { operandPlaces } from './ranges.ts';

/**
 * Kernels work on channels in fours: fewer would take the same time, and an odd number the slow
 * ends of their loops.
 */
const GROUP = 4;

/** The sets of channels that have to stay, and some that may as well, to fill groups. */
export function liveSets(graph: Graph, sets: ChannelSets, facts: Facts): Set<number> {
  const live = new Set<number>();
  const keepAll = (ids: readonly (TensorId | undefined)[]) => {
    for (const id of ids)
      if (id !== undefined && sets.has(id)) for (const set of sets.setsOf(id)) live.add(set);
  };
  keepAll([...graph.inputs, ...graph.outputs]);
  keepAll(graph.states.flatMap(({ read, write }) => [read, write]));
  for (const node of graph.nodes) {
    const typed = typedNode(graph, node);
    const operands = operandPlaces(node.op, node.inputs).map((place) => node.inputs[place]!);
    const flow = opOf(node.op).channels?.flow?.(typed);
    if (!flow) keepAll([...operands, ...node.outputs]);
    else if (flow.kind === 'carries') keepAll((flow.whole ?? []).map((i) => node.inputs[i]));
    else {
      const [input] = operands;
      const needed = neededChannels(typed, facts.ranges.get(input!)!, flow.padded);
      needed.forEach((need, c) => need && live.add(sets.setOf(input!, c)));
    }
  }
  fillGroups(sets, live);
  return live;
}

// Input channels whose share of the sums is not the same in every place of every inference.
function neededChannels(node: TypedNode, { low, high }: Ranges, padded: boolean): boolean[] {
  const input = node.inputs[0]!;
  const channels = channelCount(input);
  if (input.dtype !== 'int8') return Array<boolean>(channels).fill(true);
  const { zeroPoint } = perTensor(input);
  const needed = Array.from({ length: channels }, () => false);
  const weights = int8Weights(node);
  const weightZero = weightZeroPoint(node.inputs[1]!);
  weights.forEach((weight, i) => {
    const c = i % channels;
    const constant = low[c] === high[c] && (!padded || low[c] === zeroPoint);
    if (!constant && weight !== weightZero) needed[c] = true;
  });
  return needed;
}

// Adds sets until each tensor has a multiple of GROUP channels, or all of them.
function fillGroups(sets: ChannelSets, live: Set<number>): void {
  for (let size = -1; size !== live.size;) {
    size = live.size;
    for (const id of sets.tensors) {
      const all = sets.setsOf(id);
      let staying = all.filter((set) => live.has(set)).length;
      const wanted = Math.min(all.length, Math.max(GROUP, Math.ceil(staying / GROUP) * GROUP));
      for (const set of all) {
        if (staying >= wanted) break;
        if (live.has(set)) continue;
        live.add(set);
        // A set may have several of the tensor's channels.
        staying = all.filter((each) => live.has(each)).length;
      }
    }
  }
}
