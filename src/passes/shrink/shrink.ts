import { withNodes } from '../../ir/graph.ts';
import type { Graph } from '../../ir/types.ts';
import { channelCount } from '../../ops/channels.ts';
import { sum } from '../../support/bytes.ts';
import type { Pass } from '../pass.ts';
import { removeDead } from '../remove-dead.ts';
import { ChannelSets } from './channel-sets.ts';
import { clearRows } from './clear-rows.ts';
import { foldKnown } from './fold-known.ts';
import { keepChannels } from './keep-channels.ts';
import type { KeptChannels } from './keep-channels.ts';
import { liveSets } from './live-sets.ts';
import { factsOf, knownBudget } from './ranges.ts';
import type { Facts, KnownBudget } from './ranges.ts';
import { Removals } from './removals.ts';
import type { Removal } from './removals.ts';
import { shareConstants } from './share-constants.ts';

export interface Shrunk {
  readonly graph: Graph;
  /** Layers that lost channels. */
  readonly removed: readonly Removal[];
}

// conv2d(relu(conv2d(x, w [o, …])), v [p, …, o])  =>  the same with fewer o
export const shrinkChannels: Pass = {
  name: 'shrink-channels',
  summary: 'Channels that are the same for every input, or that nobody reads, are not computed',
  run: (graph) => shrink(graph).graph,
};

/** Each channel costs time and memory here, and a small file can name millions: such graphs stay as they are. */
const MOST_CHANNELS = 2 ** 17;

/** Takes channels out until none is left that may go; every output keeps its bytes. */
export function shrink(graph: Graph): Shrunk {
  const removals = new Removals();
  const channels = sum([...graph.tensors.values()].map(channelCount));
  if (channels > MOST_CHANNELS) return { graph, removed: [] };
  const budget = knownBudget();
  for (let current = graph; ;) {
    const next = shrinkOnce(current, graph, removals, budget);
    if (!next) return { graph: shareConstants(current, graph), removed: removals.inOrder(graph) };
    current = next;
  }
}

// Undefined when there is nothing left to take out.
function shrinkOnce(
  graph: Graph,
  model: Graph,
  removals: Removals,
  budget: KnownBudget,
): Graph | undefined {
  const facts = factsOf(graph, budget);
  const unfolded = foldKnown(graph, facts);
  const needed = unfolded === graph ? graph : removeDead.run(unfolded);
  const gone = graph.nodes.filter((node) => !needed.nodes.includes(node));
  for (const node of gone) removals.add(graph, node, facts, []);
  // New tensors never take the numbers of the model's own.
  const roomy = { ...needed, tensors: new Map([...model.tensors, ...needed.tensors]) };
  const cleared = clearRows(roomy, facts);
  const kept = stayingChannels(cleared, facts);
  for (const node of cleared.nodes) removals.add(cleared, node, facts, kept.get(node.outputs[0]!)!);
  const all = [...kept].every(
    ([id, { length }]) => length === channelCount(cleared.tensors.get(id)!),
  );
  if (!all) return keepChannels(cleared, kept, facts);
  return unfolded === graph && cleared === roomy ? undefined : withNodes(cleared, cleared.nodes);
}

function stayingChannels(graph: Graph, facts: Facts): KeptChannels {
  const sets = new ChannelSets(graph);
  const live = liveSets(graph, sets, facts);
  return new Map(
    [...sets.tensors].map((id) => [
      id,
      sets.setsOf(id).flatMap((set, channel) => (live.has(set) ? [channel] : [])),
    ]),
  );
}
