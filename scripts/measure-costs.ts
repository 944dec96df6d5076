/**
 * Measures what each candidate's work takes on every core, by random layers of every operator and
 * those of the models given, with weights of few bits, too, and writes costs/<core>.json. Candidates whose units have not changed
 * keep their figures.
 *
 *   npx tsx scripts/measure-costs.ts [--all] [--only NAME]... [--core CPU]... [--record] MODEL...
 *
 * --all measures every candidate anew, --only those of a kernel. On Cortex-M4 it
 * takes cycles from the program that MCYCLES names (ELF --machine M --start SYMBOL --stop SYMBOL
 * --until REGEX --json -> { insns, cycles }); other cores count instructions under QEMU. --record
 * also writes the figures of the models' layers on Cortex-M4 to test/costs/m4-layers.json.
 */
import { parseArgs } from 'node:util';
import { writeFileSync } from 'node:fs';
import { COSTS } from '../src/lower/cycles.ts';
import type { CandidateCosts } from '../src/lower/cycles.ts';
import { OPS } from '../src/ops/index.ts';
import { CPUS } from '../src/target/board.ts';
import type { Board, Cpu } from '../src/target/board.ts';
import { loadBoard } from '../src/target/load-board.ts';
import { targetOf } from '../src/target/target.ts';
import { loadModel } from '../src/workflow/load-model.ts';
import type { LoadedModel } from '../src/workflow/load-model.ts';
import { areCurrent, contentsOfCandidate } from './costs/contents.ts';
import { fitCosts } from './costs/fit.ts';
import { modelLayers, narrowedLayers, randomLayers } from './costs/layers.ts';
import type { Layer } from './costs/layers.ts';
import { measureLayers } from './costs/measure.ts';
import type { Measured } from './costs/measure.ts';
import { writeRecords } from './costs/records.ts';

const MACHINES: Readonly<Record<Cpu, string>> = {
  'cortex-m0plus': 'mps2-an385',
  'cortex-m3': 'mps2-an385',
  'cortex-m4': 'mps2-an386',
  'cortex-m7': 'mps2-an500',
  'cortex-m33': 'mps2-an505',
};

/** Pieces of work of a model's layer that is worth running in an emulator for the fit. */
const MOST_WORK = 400_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    core: { type: 'string', multiple: true, default: [] },
    record: { type: 'boolean', default: false },
  },
});
const mcycles = process.env.MCYCLES;
if (mcycles === undefined && (values.core.length === 0 || values.core.includes('cortex-m4')))
  throw new Error('MCYCLES names no program that estimates the cycles of a Cortex-M4');
const models = await Promise.all(positionals.map((file) => loadModel(file)));

for (const cpu of CPUS) {
  if (values.core.length > 0 && !values.core.includes(cpu)) continue;
  // A Cortex-M0+ runs on the machine of a Cortex-M3, which has all of its instructions.
  const board = { ...loadBoard(MACHINES[cpu]), cpu };
  const measured = await measureCore(board, models);
  if (measured.length === 0) continue;
  const candidates = { ...kept(board, measured), ...fitCosts(measured, cpu) };
  const basis = cpu === 'cortex-m4' ? 'cycles' : 'instructions';
  COSTS[cpu] = { basis, candidates: Object.fromEntries(Object.entries(candidates).sort(byName)) };
  const file = new URL(`../costs/${cpu}.json`, import.meta.url);
  writeFileSync(file, `${JSON.stringify(COSTS[cpu], null, 2)}\n`);
}
if (values.record) await writeRecords(models, loadBoard(MACHINES['cortex-m4']), mcycles!);

async function measureCore(board: Board, of: readonly LoadedModel[]): Promise<Measured[]> {
  const target = targetOf(board);
  const layers = [
    ...OPS.flatMap(({ name }) => randomLayers(name, target)),
    ...of
      .flatMap(({ name, graph }) => [
        ...modelLayers(name, graph, target),
        ...narrowedLayers(name, graph, target),
      ])
      .filter(isSmall),
  ];
  const stale = layers.filter((layer) => isStale(layer, board.cpu));
  return measureLayers(stale, board, board.cpu === 'cortex-m4' ? mcycles : undefined);
}

function isSmall({ work }: Layer): boolean {
  return Math.max(...Object.values(work)) <= MOST_WORK;
}

function isStale(layer: Layer, cpu: Cpu): boolean {
  const forced = values.all || values.only.some((name) => layer.candidate.split(' ')[0] === name);
  return forced || !areCurrent(layer, COSTS[cpu].candidates[layer.candidate]);
}

// What other candidates had, those left out that are no more.
function kept({ cpu }: Board, measured: readonly Measured[]): Record<string, CandidateCosts> {
  const anew = new Set(measured.map(({ candidate }) => candidate));
  return Object.fromEntries(
    Object.entries(COSTS[cpu].candidates).filter(
      ([name]) => contentsOfCandidate(name) !== undefined && !anew.has(name),
    ),
  );
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
