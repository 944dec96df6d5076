import { GraphBuilder, typedNodes } from '../../ir/graph.ts';
import type { Graph, Origin, TensorId, TypedNode } from '../../ir/types.ts';
import { agreementOf } from './agreement.ts';
import type { Agreement } from './agreement.ts';
import { walkNetwork } from './fit-network.ts';
import type { Inputs, Walk } from './fit-network.ts';
import { judgedTensors, outputError, realValues } from './judged.ts';
import type { Outlook } from './goal.ts';
import type { Layer } from './layer.ts';
import { pruneLayer } from './prune-layer.ts';
import type { LayerChange, Price } from './prune-layer.ts';
import type { LayerRecipe, Recipe } from './recipe.ts';
import type { Turn } from './refit.ts';

export interface CompressOptions {
  readonly recipe: Recipe;
  readonly price: Price;
  readonly outlook: Outlook;
  /** Takes out what has become constant, which changes no output. */
  readonly shrink: (graph: Graph) => Graph;
  readonly turn: Turn;
  readonly note: (text: string) => void;
}

/** What became of one layer. */
export type LayerResult = LayerChange &
  Pick<Layer, 'name' | 'op'> & {
    /** The operator of the model's file, by number and name. */
    readonly place: string;
  };

/** A network, its layers that may change, and what a recipe says of each. */
export interface Task extends CompressOptions {
  readonly graph: Graph;
  readonly inputs: Inputs;
  readonly layers: ReadonlyMap<TensorId, Layer>;
  readonly rules: ReadonlyMap<TensorId, LayerRecipe>;
  /** Stored weights of all layers, as they are. */
  readonly bytes: number;
}

/** How many of a layer's weights stay, as a share, and bits of each. */
export interface Wanted {
  readonly kept: number;
  readonly bits: number;
}

/** A compressed network and how it compares with what it was. */
export interface Built {
  readonly graph: Graph;
  readonly layers: readonly LayerResult[];
  /** Stored weights of all layers. */
  readonly bytes: number;
  /** Squared error of the outputs on held-out inputs, as a share of their variance. */
  readonly outputError: number;
  readonly agreement: Agreement | null;
}

/** The network with so much of each layer's weights, refitted from the first layer to the last. */
export async function build(task: Task, wanted: ReadonlyMap<TensorId, Wanted>): Promise<Built> {
  const { graph, inputs, rules, note } = task;
  const replaced = new Map<TensorId, TypedNode>();
  const layers: LayerResult[] = [];
  const judged = [...new Set([...judgedTensors(graph), ...graph.outputs])];
  const end = await walkNetwork({ ...walkOf(task), judged }, async (subject, untouched) => {
    const { id, name, op } = subject.layer;
    const change = await pruneLayer(
      subject,
      { ...rules.get(id)!, ...wanted.get(id)!, untouched },
      task,
    );
    layers.push({ name, op, place: placeOf(subject.node.origin), ...change.change });
    note(`${op} ${name}: ${change.change.bytes} B, error ${change.change.error.toPrecision(3)}`);
    if (change.node) replaced.set(id, change.node);
    return change.node;
  });
  const checked = (values: (typeof end.wanted)[number]) => inputs.check.map((i) => values[i]!);
  const real = (all: typeof end.wanted) =>
    judgedTensors(graph).map((id) => realValues(checked(all[judged.indexOf(id)]!)));
  const output = judged.indexOf(graph.outputs[0]!);
  const compressed = task.shrink(withReplaced(graph, replaced));
  const prices = new Map(
    typedNodes(compressed).map((node) => [placeOf(node.origin), task.price(node)]),
  );
  return {
    graph: compressed,
    // Nothing is left of a layer that has become constant.
    layers: layers.map((layer) => ({ ...layer, ...(prices.get(layer.place) ?? NOTHING) })),
    bytes: [...prices.values()].reduce((sum, { bytes }) => sum + bytes, 0),
    outputError: outputError(real(end.wanted), real(end.found)),
    agreement: agreementOf(checked(end.wanted[output]!), checked(end.found[output]!)),
  };
}

const NOTHING = { bytes: 0, format: 'none' };

// Nodes keep where they came from when channels are taken out.
function placeOf({ operator, name }: Origin): string {
  return `${operator} ${name}`;
}

/** A walk through a task's network. */
export function walkOf({ graph, inputs, layers, recipe, turn }: Task): Omit<Walk, 'judged'> {
  return { graph, inputs, layers, seed: recipe.seed ?? 1, turn };
}

function withReplaced(graph: Graph, replaced: ReadonlyMap<TensorId, TypedNode>): Graph {
  const builder = new GraphBuilder(graph);
  for (const node of graph.nodes) {
    const other = replaced.get(node.outputs[0]!);
    // Constants of their own: others may read the old ones.
    const inputs = other
      ? other.inputs.map((tensor) =>
          tensor?.data ? builder.addTensor(tensor.name, tensor, tensor.data) : tensor?.id,
        )
      : node.inputs;
    builder.nodes.push({ ...node, inputs });
  }
  return builder.finish(graph.name, graph.inputs, graph.outputs);
}
