import { typedNode } from '../../ir/graph.ts';
import type { TensorId, TypedNode } from '../../ir/types.ts';
import type { Point } from './allocate.ts';
import { build, walkOf } from './build.ts';
import type { Built, Task } from './build.ts';
import { walkNetwork } from './fit-network.ts';
import type { Goal } from './goal.ts';
import { judgedOutputs, outputError } from './judged.ts';
import { BITS, KEPT, prunePath } from './path.ts';
import type { Pruned } from './path.ts';

/** Held-out inputs that tell how much a layer's error matters to the outputs. */
const PROBES = 24;
/** Of a layer's points the one that is tried in the whole network. */
const PROBED = 0.22;

/** For each layer what it takes at each sparsity and width, and the error of the outputs that this alone would make. */
export type Curves = ReadonlyMap<TensorId, readonly Point[]>;

/** The network with a point of each curve, in their order. */
export function buildChosen(task: Task, curves: Curves, chosen: readonly Point[]): Promise<Built> {
  return build(task, new Map([...curves.keys()].map((id, i) => [id, chosen[i]!])));
}

export async function measureCurves(task: Task, { sizeOf }: Goal): Promise<Curves> {
  const { graph, inputs, rules, price, turn, note } = task;
  const priced = (node: TypedNode) => {
    const found = price(node);
    return { size: sizeOf(found), format: found.format };
  };
  const paths = new Map<TensorId, readonly Pruned[]>();
  await walkNetwork({ ...walkOf(task), judged: [] }, async (subject) => {
    const { id, name } = subject.layer;
    const { sparsity, pattern, refit, bits } = rules.get(id)!;
    const shares = sparsity === undefined ? [1, ...KEPT] : [1 - sparsity];
    const options = { pattern, refit, bits: bits === undefined ? BITS : [bits] };
    const path = await prunePath(subject, shares, options, turn);
    paths.set(
      id,
      [...path].sort((a, b) => b.bits - a.bits || b.kept - a.kept),
    );
    note(`measured ${name} at ${shares.length} sparsities`);
    return undefined;
  });
  const probes = inputs.check.slice(0, PROBES).map((i) => inputs.all[i]!);
  const wanted = await judgedOutputs(graph, new Map(), probes, turn);
  const curves = new Map<TensorId, Point[]>();
  for (const [id, path] of paths) {
    const probed = path.reduce((a, b) =>
      Math.abs(b.kept - PROBED) < Math.abs(a.kept - PROBED) ? b : a,
    );
    const found = await judgedOutputs(graph, new Map([[id, probed.stored.node]]), probes, turn);
    const gain = probed.error > 0 ? outputError(wanted, found) / probed.error : 1;
    const measured = path.map(({ kept, bits, stored, error }) => ({
      ...{ kept, bits },
      error: gain * error,
      ...priced(stored.node),
    }));
    const node = graph.nodes.find(({ outputs }) => outputs[0] === id)!;
    const whole = { kept: 1, bits: 8, error: 0, ...priced(typedNode(graph, node)) };
    const { sparsity, bits } = rules.get(id)!;
    curves.set(id, sparsity === undefined && bits === undefined ? [whole, ...measured] : measured);
  }
  return curves;
}
