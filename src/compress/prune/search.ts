import { typedNode, typedNodes } from '../../ir/graph.ts';
import type { TensorId, TypedNode } from '../../ir/types.ts';
import { CompileError } from '../../support/diagnostics.ts';
import { allocate, leastSize } from './allocate.ts';
import type { Point } from './allocate.ts';
import { build, walkOf } from './build.ts';
import type { Built, Task } from './build.ts';
import type { Goal } from './goal.ts';
import { walkNetwork } from './fit-network.ts';
import { judgedOutputs, outputError } from './judged.ts';
import { BITS, KEPT, prunePath } from './path.ts';
import type { Pruned } from './path.ts';

/** A network may take so much less than what was asked for, as a share of it. */
const TOLERANCE = 0.03;
const TRIES = 6;
/** Budgets that are looked at; some lead to networks that have been tried. */
const STEPS = 20;
/** Held-out inputs that tell how much a layer's error matters to the outputs. */
const PROBES = 24;
/** Of a layer's points the one that is tried in the whole network. */
const PROBED = 0.22;

/**
 * The network that takes at most what the goal says, and at least 97 % of that where more would be of use:
 * the errors of each layer at each sparsity and width are measured, then those are chosen that make the least
 * error of the outputs. Throws CompileError with what can be reached where the goal cannot.
 */
export async function meetGoal(task: Task, goal: Goal): Promise<Built> {
  const curves = await measureCurves(task, goal);
  const ids = [...curves.keys()];
  const points = [...curves.values()];
  const { most } = goal;
  // What does not hang on the layers.
  const rest = goal.measure(task.graph) - wholeSize(task, goal);
  // Budgets that were met, and that were not.
  let [low, high] = [0, Infinity];
  let budget = most;
  let best: Try | undefined;
  const sizes = new Map<string, number>();
  const attempt = async (chosen: readonly Point[]) => {
    const choice = JSON.stringify(chosen);
    if (!sizes.has(choice)) {
      const built = await build(task, new Map(ids.map((id, i) => [id, chosen[i]!])));
      const size = goal.measure(built.graph);
      sizes.set(choice, size);
      task.note(`try ${sizes.size}: ${size} ${goal.unit} of ${most}`);
      if (size <= most && !(best && best.built.outputError < built.outputError))
        best = { built, chosen, size };
    }
    return sizes.get(choice)!;
  };
  for (let step = 0; step < STEPS && sizes.size < TRIES; step++) {
    const chosen = allocate(points, Math.max(budget - rest, leastSize(points)));
    if (!chosen) break;
    const size = await attempt(chosen);
    if (isNear(size, most)) break;
    if (size <= most) low = Math.max(low, budget);
    else high = Math.min(high, budget);
    budget += (1 - TOLERANCE / 3) * most - size;
    if (budget <= low || budget >= high) budget = high < Infinity ? (low + high) / 2 : 2 * low;
  }
  // Between two choices sizes may jump: then the largest layer takes what is left.
  if (best && !isNear(best.size, most)) await attempt(grown(best, most));
  if (best) return best.built;
  throw unreachable(task, goal, Math.min(...sizes.values()));
}

/** A network that was built, from a point of each layer. */
interface Try {
  readonly built: Built;
  readonly chosen: readonly Point[];
  readonly size: number;
}

function isNear(size: number, most: number): boolean {
  return size <= most && size >= (1 - TOLERANCE) * most;
}

function grown({ chosen, size }: Try, most: number): Point[] {
  const largest = chosen.reduce((a, b) => (b.size > a.size ? b : a));
  const factor = 1 + ((1 - TOLERANCE / 3) * most - size) / largest.size;
  return chosen.map((point) =>
    point === largest ? { ...point, kept: Math.min(1, point.kept * factor) } : point,
  );
}

function wholeSize({ graph, layers, price }: Task, { sizeOf }: Goal): number {
  return typedNodes(graph)
    .filter(({ outputs }) => layers.has(outputs[0]!.id))
    .reduce((sum, node) => sum + sizeOf(price(node)), 0);
}

function unreachable({ graph }: Task, { what, unit, most }: Goal, nearest: number): CompileError {
  return new CompileError(
    {
      code: 'size-unreachable',
      message: `${what} of ${most} ${unit} cannot be reached: the nearest is ${Math.ceil(nearest)} ${unit}`,
      where: graph.name,
      hint: 'ask for that, let the recipe take more layers, or start from a smaller model',
    },
    'answer-is-no',
  );
}

// For each layer what it takes at each sparsity and width, and the error of the outputs that this alone would make.
async function measureCurves(task: Task, { sizeOf }: Goal): Promise<Map<TensorId, Point[]>> {
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
