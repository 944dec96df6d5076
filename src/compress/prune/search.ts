import { typedNodes } from '../../ir/graph.ts';
import { CompileError } from '../../support/diagnostics.ts';
import { allocate, leastSize } from './allocate.ts';
import type { Point } from './allocate.ts';
import type { Built, Task } from './build.ts';
import { buildChosen, measureCurves } from './curves.ts';
import type { Goal } from './goal.ts';

/** A network may take so much less than what was asked for, as a share of it. */
const TOLERANCE = 0.03;
const TRIES = 6;
/** Budgets that are looked at; some lead to networks that have been tried. */
const STEPS = 20;

/**
 * The network that takes at most what the goal says, and at least 97 % of that where more would be of use:
 * the errors of each layer at each sparsity and width are measured, then those are chosen that make the least
 * error of the outputs. Throws CompileError with what can be reached where the goal cannot.
 */
export async function meetGoal(task: Task, goal: Goal): Promise<Built> {
  const curves = await measureCurves(task, goal);
  const points = [...curves.values()];
  const { most } = goal;
  // What does not hang on the layers.
  const rest = goal.measure(task) - wholeSize(task, goal);
  // Budgets that were met, and that were not.
  let [low, high] = [0, Infinity];
  let budget = most;
  let best: Try | undefined;
  const sizes = new Map<string, number>();
  const attempt = async (chosen: readonly Point[]) => {
    const choice = JSON.stringify(chosen);
    if (!sizes.has(choice)) {
      const built = await buildChosen(task, curves, chosen);
      const size = goal.measure(built);
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
  const isFree = [...curves.keys()].map((id) => task.rules.get(id)!.sparsity === undefined);
  if (best && !isNear(best.size, most)) await attempt(grown(best, most, isFree));
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

// The largest of the layers whose sparsity the recipe leaves open.
function grown({ chosen, size }: Try, most: number, isFree: readonly boolean[]): readonly Point[] {
  const free = chosen.filter((_, i) => isFree[i]);
  if (free.length === 0) return chosen;
  const largest = free.reduce((a, b) => (b.size > a.size ? b : a));
  const factor = 1 + ((1 - TOLERANCE / 3) * most - size) / largest.size;
  return chosen.map((point) =>
    point === largest ? { ...point, kept: Math.min(1, point.kept * factor) } : point,
  );
}

/** What the layers that may change take as they are. */
export function wholeSize({ graph, layers, price }: Task, { sizeOf }: Goal): number {
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
