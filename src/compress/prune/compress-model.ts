import { typedNodes } from '../../ir/graph.ts';
import type { Graph, TensorId, TypedNode } from '../../ir/types.ts';
import { parseSize } from '../../support/bytes.ts';
import { CompileError, throwIfAny } from '../../support/diagnostics.ts';
import { build } from './build.ts';
import type { Built, CompressOptions, Task } from './build.ts';
import type { Inputs } from './fit-network.ts';
import { layerOf } from './layer.ts';
import type { Layer } from './layer.ts';
import { recipeFor, unmatchedRules } from './recipe.ts';
import { meetSize } from './search.ts';

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
  const bytesOf = (nodes: readonly TypedNode[]) =>
    nodes.reduce((sum, node) => sum + options.price(node).bytes, 0);
  const nodes = found.map(({ node }) => node);
  const bytesBefore = bytesOf(nodes);
  const restBytes = bytesOf(nodes.filter(({ outputs }) => !layers.has(outputs[0]!.id)));
  const divided = divideInputs(inputs);
  const task: Task = { ...options, graph, inputs: divided, layers, rules, restBytes };
  const bytes = wantedBytes(options.recipe.weights, bytesBefore);
  const built =
    bytes === undefined ? await build(task, sparsities(task)) : await meetSize(task, bytes);
  return {
    ...built,
    ...{ left, bytesBefore },
    fitted: divided.fit.length,
    judged: divided.check.length,
    heldOut: inputs.length >= ENOUGH,
  };
}

function wantedBytes(weights: string | number | undefined, before: number): number | undefined {
  return typeof weights === 'string' ? parseSize(weights) : weights && Math.floor(weights * before);
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

// The share of each layer's weights that stays, where the recipe says it.
function sparsities({ layers, rules }: Task): Map<TensorId, number> {
  return new Map([...layers.keys()].map((id) => [id, 1 - (rules.get(id)!.sparsity ?? 0)]));
}
