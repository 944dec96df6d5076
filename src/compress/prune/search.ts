import { typedNode } from '../../ir/graph.ts';
import type { TensorId } from '../../ir/types.ts';
import { CompileError } from '../../support/diagnostics.ts';
import { allocate, leastBytes } from './allocate.ts';
import type { Point } from './allocate.ts';
import { build, walkOf } from './build.ts';
import type { Built, Task } from './build.ts';
import { walkNetwork } from './fit-network.ts';
import { judgedOutputs, outputError } from './judged.ts';
import { KEPT, prunePath } from './path.ts';
import type { Pruned } from './path.ts';

/** Stored weights may be so much less than what was asked for, as a share of it. */
const TOLERANCE = 0.03;
const TRIES = 5;
/** Held-out inputs that tell how much a layer's error matters to the outputs. */
const PROBES = 24;
/** Of a layer's points the one that is tried in the whole network. */
const PROBED = 0.22;

/**
 * The network with stored weights of at most so many bytes, and at least 97 % of that: the errors of each
 * layer at each sparsity are measured, then the sparsities are chosen that make the least error of the
 * outputs. Throws CompileError with the smallest size that can be reached where this one cannot.
 */
export async function meetSize(task: Task, bytes: number): Promise<Built> {
  const curves = await measureCurves(task);
  const ids = [...curves.keys()];
  const points = [...curves.values()];
  const smallest = task.restBytes + leastBytes(points);
  let budget = bytes;
  let best: Built | undefined;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const chosen = allocate(points, budget - task.restBytes);
    if (!chosen) break;
    const built = await build(task, new Map(ids.map((id, i) => [id, chosen[i]!.kept])));
    task.note(`try ${attempt + 1}: ${built.bytes} B of ${bytes} B`);
    if (built.bytes <= bytes && (!best || built.bytes > best.bytes)) best = built;
    const whole = chosen.every(({ kept }) => kept === 1);
    if (best && (best.bytes >= (1 - TOLERANCE) * bytes || whole)) return best;
    budget += (1 - TOLERANCE / 3) * bytes - built.bytes;
  }
  throw unreachable(task, bytes, best ? best.bytes : smallest);
}

function unreachable({ graph }: Task, bytes: number, smallest: number): CompileError {
  return new CompileError(
    {
      code: 'size-unreachable',
      message: `weights of ${bytes} bytes cannot be reached: the nearest size is ${Math.ceil(smallest)} bytes`,
      where: graph.name,
      hint: 'ask for that size, let the recipe take more layers, or start from a smaller model',
    },
    'answer-is-no',
  );
}

// For each layer what it takes at each sparsity, and the error of the outputs that this alone would make.
async function measureCurves(task: Task): Promise<Map<TensorId, Point[]>> {
  const { graph, inputs, rules, price, turn, note } = task;
  const paths = new Map<TensorId, readonly Pruned[]>();
  await walkNetwork({ ...walkOf(task), judged: [] }, async (subject) => {
    const { id, name } = subject.layer;
    const { sparsity, pattern, refit } = rules.get(id)!;
    const shares = sparsity === undefined ? KEPT : [1 - sparsity];
    paths.set(id, await prunePath(subject, shares, { pattern, refit }, turn));
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
    const measured = path.map(({ kept, stored, error }) => ({
      kept,
      error: gain * error,
      ...price(stored.node),
    }));
    const node = graph.nodes.find(({ outputs }) => outputs[0] === id)!;
    const whole = { kept: 1, error: 0, ...price(typedNode(graph, node)) };
    curves.set(id, rules.get(id)!.sparsity === undefined ? [whole, ...measured] : measured);
  }
  return curves;
}
