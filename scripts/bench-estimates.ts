/** How many estimates a second, each of other choices: `npx tsx scripts/bench-estimates.ts MODEL`. */
import { readFileSync } from 'node:fs';
import { estimate } from '../src/estimate/estimate.ts';
import { importModel } from '../src/import/import-model.ts';
import { lower } from '../src/lower/lower.ts';
import { runPasses } from '../src/passes/index.ts';
import { planMemory } from '../src/plan/plan.ts';
import { Random } from '../src/support/random.ts';
import { loadBoard } from '../src/target/load-board.ts';
import { targetOf } from '../src/target/target.ts';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('name a model');
const target = targetOf(loadBoard('mps2-an386'));
const graph = runPasses(importModel(new Uint8Array(readFileSync(file)), file));
const { steps } = lower(graph, target);
const random = new Random(1);
const [COUNT, start] = [2000, performance.now()];
for (let i = 0; i < COUNT; i++) {
  const chosen = steps.map(({ index, node, candidates }) => ({
    ...random.pick(candidates),
    ...{ index, node, rejected: [] },
  }));
  const schedule = { graph, steps: chosen };
  estimate(schedule, planMemory(schedule), target);
}
const perSecond = (COUNT * 1000) / (performance.now() - start);
console.log(
  `${file}: ${Math.round(perSecond)} plans and estimates a second, choices changed each time`,
);
