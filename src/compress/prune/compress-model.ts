import { typedNodes } from '../../ir/graph.ts';
import type { Graph, TensorId } from '../../ir/types.ts';
import { CompileError, throwIfAny } from '../../support/diagnostics.ts';
import { build } from './build.ts';
import type { Built, CompressOptions, Task, Wanted } from './build.ts';
import type { Inputs } from './fit-network.ts';
import { goalOf, weightBytes } from './goal.ts';
import { layerOf } from './layer.ts';
import type { Layer } from './layer.ts';
import { recipeFor, unmatchedRules } from './recipe.ts';
import type { LayerRecipe } from './recipe.ts';
import { meetDrop } from './meet-drop.ts';
import { meetGoal } from './search.ts';

export interface CompressedModel extends Built {
  /** Layers with weights that were left as they are, and why. */
  readonly left: readonly { readonly name: string; readonly op: string; readonly reason: string }[];
  /** Stored weights of all layers, before anything changed. */
  readonly bytesBefore: number;
  /** Inputs that it was fitted to, and inputs that it was judged on. */
  readonly fitted: number;
  readonly judged: number;
  readonly heldOut: boolean;
}

/** A share of the inputs is held out, spread evenly; with fewer than so many all are used twice. */
const ENOUGH = 8;
const HELD_OUT = 5;
const MOST_HELD_OUT = 256;

/**
 * Prunes the layers of a quantized graph and refits them one after the other, each on its inputs as the
 * layers before it now make them. Throws CompileError where a size cannot be met.
 */
export async function compressGraph(
  graph: Graph,
  inputs: readonly Uint8Array[],
  options: CompressOptions,
): Promise<CompressedModel> {
  const found = typedNodes(graph).map((node, i) => ({
    node,
    layer: layerOf(graph, graph.nodes[i]!),
  }));
  const layers = new Map<TensorId, Layer>();
  const left: { name: string; op: string; reason: string }[] = [];
  for (const { node, layer } of found)
    if (typeof layer === 'object') layers.set(layer.id, layer);
    else if (layer) left.push({ name: node.origin.name, op: node.op, reason: layer });
  throwIfAny(
    unmatchedRules(
      options.recipe,
      [...layers.values()].map(({ name }) => name),
    ),
  );
  const rules = new Map([...layers].map(([id, { name }]) => [id, recipeFor(options.recipe, name)]));
  for (const [id, { name, op }] of [...layers])
    if (rules.get(id)!.keep) {
      layers.delete(id);
      left.push({ name, op, reason: 'the recipe keeps it' });
    }
  if (layers.size === 0)
    throw new CompileError({
      code: 'not-compressible',
      message: 'it has no layer whose weights can be pruned',
      where: graph.name,
      notes: left.map(({ name, op, reason }) => `${op} "${name}": ${reason}`),
      hint: 'fully connected layers and convolutions with int8 weights can',
    });
  const bytesBefore = weightBytes(graph, options.price);
  const divided = divideInputs(inputs);
  const task: Task = { ...options, graph, inputs: divided, layers, rules, bytes: bytesBefore };
  const built = await builtFor(task);
  return {
    ...built,
    ...{ left, bytesBefore },
    fitted: divided.fit.length,
    judged: divided.check.length,
    heldOut: inputs.length >= ENOUGH,
  };
}

function divideInputs(all: readonly Uint8Array[]): Inputs {
  const each = all.map((_, i) => i);
  if (all.length < ENOUGH) return { all, fit: each, check: each };
  const count = Math.min(MOST_HELD_OUT, Math.floor(all.length / HELD_OUT));
  const chosen = new Set(
    Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * all.length) / count)),
  );
  return { all, fit: each.filter((i) => !chosen.has(i)), check: each.filter((i) => chosen.has(i)) };
}

function builtFor(task: Task): Promise<Built> {
  const { recipe } = task;
  if (recipe.maxDrop !== undefined)
    return meetDrop(task, goalOf({ weights: 1 }, task)!, recipe.maxDrop);
  const goal = goalOf(recipe, task);
  return goal ? meetGoal(task, goal) : build(task, sparsities(task));
}

// What stays of each layer's weights, where the recipe says it.
function sparsities({ layers, rules }: Task): Map<TensorId, Wanted> {
  const wanted = ({ sparsity = 0, bits = 8 }: LayerRecipe) => ({ kept: 1 - sparsity, bits });
  return new Map([...layers.keys()].map((id) => [id, wanted(rules.get(id)!)]));
}
