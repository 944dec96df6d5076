import { typedNodes } from '../../ir/graph.ts';
import type { Graph, TensorId, TypedNode } from '../../ir/types.ts';
import { Random } from '../../support/random.ts';
import type { Layer } from './layer.ts';
import type { Subject } from './path.ts';
import type { Turn } from './refit.ts';
import { Run } from './run.ts';
import { gatherSamples } from './samples.ts';
import type { Values } from './run.ts';

/** Inputs of a model (raw bytes), and which of them are held out to judge by. */
export interface Inputs {
  readonly all: readonly Uint8Array[];
  readonly fit: readonly number[];
  readonly check: readonly number[];
}

/** What a walk found at the end of a network. */
export interface WalkEnd {
  /** Outputs of the first network and of the new one, on all inputs. */
  readonly wanted: readonly Values[];
  readonly found: readonly Values[];
}

export interface Walk {
  readonly graph: Graph;
  readonly inputs: Inputs;
  readonly layers: ReadonlyMap<TensorId, Layer>;
  readonly seed: number;
  readonly turn: Turn;
  /** Tensors whose contents are wanted at the end. */
  readonly judged: readonly TensorId[];
}

/**
 * Walks through a network from its inputs to its outputs: `change` gets each layer with samples of its
 * inputs as the changes before it have made them, and says what replaces it.
 */
export async function walkNetwork(
  { graph, inputs, layers, seed, turn, judged }: Walk,
  change: (subject: Subject, isFirst: boolean) => Promise<TypedNode | undefined>,
): Promise<WalkEnd> {
  const first = new Run(graph, inputs.all);
  const own = new Run(graph, inputs.all);
  for (const id of [...graph.inputs, ...graph.states.map(({ read }) => read)])
    own.takeValues(id, first);
  const [wanted, found] = [new Map<TensorId, Values>(), new Map<TensorId, Values>()];
  const see = (id: TensorId) => {
    wanted.set(id, first.values(id));
    found.set(id, own.values(id));
  };
  judged.filter((id) => graph.inputs.includes(id)).forEach(see);
  for (const [i, node] of typedNodes(graph).entries()) {
    const untouched = node.inputs.every(
      (tensor) => !tensor || tensor.data || own.holdsSame(tensor.id, first),
    );
    const layer = layers.get(node.outputs[0]!.id);
    const replacement =
      layer &&
      (await change(
        await subjectOf(layer, node, { first, own }, { inputs, seed, turn }),
        untouched,
      ));
    await first.step(node, turn);
    if (untouched && !replacement) for (const { id } of node.outputs) own.takeValues(id, first);
    else await own.step(replacement ?? node, turn);
    for (const { id } of node.outputs) if (judged.includes(id)) see(id);
    first.release(graph.nodes[i]!);
    own.release(graph.nodes[i]!);
  }
  return { wanted: judged.map((id) => wanted.get(id)!), found: judged.map((id) => found.get(id)!) };
}

async function subjectOf(
  layer: Layer,
  node: TypedNode,
  { first, own }: { readonly first: Run; readonly own: Run },
  { inputs, seed, turn }: Pick<Walk, 'inputs' | 'seed' | 'turn'>,
): Promise<Subject> {
  const id = node.inputs[0]!.id;
  const same = own.holdsSame(id, first);
  // The places of a layer do not hang on what was drawn before it.
  const random = new Random((seed ^ Math.imul(layer.id + 1, 0x9e3779b1)) >>> 0);
  const gather = (chosen: readonly number[]) => {
    const pick = (run: Run) => chosen.map((i) => run.values(id)[i]!);
    const wanted = pick(first);
    return gatherSamples(layer, node, { own: same ? wanted : pick(own), wanted }, random, turn);
  };
  const fit = await gather(inputs.fit);
  return { layer, node, fit, check: await gather(inputs.check) };
}
