/** How many estimates a second, each of other choices: `npx tsx scripts/bench-estimates.ts MODEL`. */
import { readFileSync } from 'node:fs';
import { estimate } from '../src/estimate/estimate.ts';
import { importModel } from '../src/import/import-model.ts';
import { lower } from '../src/lower/lower.ts';
import { runPasses } from '../src/passes/index.ts';
import { planMemory } from '../src/plan/plan.ts';
import type { MemoryPlan } from '../src/plan/plan.ts';
import { Random } from '../src/support/random.ts';
import { loadBoard } from '../src/target/load-board.ts';
import { targetOf } from '../src/target/target.ts';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('name a model');
const target = targetOf(loadBoard('mps2-an386'));
const graph = runPasses(importModel(new Uint8Array(readFileSync(file)), file));
const { steps } = lower(graph, target);
const random = new Random(1);
const COUNT = 2000;
const schedules = Array.from({ length: COUNT }, () => ({
  graph,
  steps: steps.map(({ index, node, candidates }) => ({
    ...random.pick(candidates),
    ...{ index, node, rejected: [] },
  })),
}));

function perSecond(work: () => void): number {
  const start = performance.now();
  work();
  return Math.round((COUNT * 1000) / (performance.now() - start));
}

const plans: MemoryPlan[] = [];
const planned = perSecond(() => schedules.forEach((each) => plans.push(planMemory(each))));
const estimated = perSecond(() =>
  schedules.forEach((each, i) => estimate(each, plans[i]!, target)),
);
console.log(
  `${file}: ${estimated} estimates and ${planned} plans a second, choices changed each time`,
);
