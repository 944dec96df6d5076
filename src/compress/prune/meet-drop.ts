import { tensorOf } from '../../ir/graph.ts';
import { elements } from '../../ir/types.ts';
import { CompileError } from '../../support/diagnostics.ts';
import { changedShare } from './agreement.ts';
import { allocate, leastSize } from './allocate.ts';
import type { Built, Task } from './build.ts';
import { buildChosen, measureCurves } from './curves.ts';
import type { Goal } from './goal.ts';
import { wholeSize } from './search.ts';

/** Sizes that are tried. */
const TRIES = 7;

/**
 * The smallest network found whose answer is another one on at most a share of the held-out inputs, by
 * bisection of the logarithm of its size. `goal` says what is made small. Throws CompileError where the
 * network gives no answers, or where each that was tried errs more.
 */
export async function meetDrop(task: Task, goal: Goal, maxDrop: number): Promise<Built> {
  requireClasses(task);
  const curves = await measureCurves(task, goal);
  const points = [...curves.values()];
  const whole = wholeSize(task, goal);
  let [low, high] = [leastSize(points), whole];
  let best: Built | undefined;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const budget = Math.sqrt(low * high);
    const chosen = allocate(points, budget);
    const built = chosen && (await buildChosen(task, curves, chosen));
    const drop = built ? changedShare(built.agreement!) : 1;
    if (built)
      task.note(`try ${attempt + 1}: ${built.bytes} bytes, ${drop} of the answers changed`);
    if (built && drop <= maxDrop) [best, high] = [built, budget];
    else low = budget;
  }
  if (best) return best;
  throw new CompileError(
    {
      code: 'size-unreachable',
      message: `no smaller network was found that changes at most ${100 * maxDrop} % of the answers`,
      where: task.graph.name,
      hint: 'allow more, or give more inputs to calibrate with',
    },
    'answer-is-no',
  );
}

function requireClasses({ graph }: Task): void {
  if (elements(tensorOf(graph, graph.outputs[0]!)) > 1) return;
  throw new CompileError({
    code: 'bad-option',
    message: 'a drop is counted in answers: the largest of several outputs, and this model has one',
    where: graph.name,
    hint: 'give --to-weights, --to-flash or --to-cycles',
  });
}
