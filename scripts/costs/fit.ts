import { COSTS, cyclesOf, divideWork } from '../../src/lower/cycles.ts';
import type { CandidateCosts } from '../../src/lower/cycles.ts';
import type { Cpu } from '../../src/target/board.ts';
import { contentsOfCandidate } from './contents.ts';
import { fitRelative } from './least-squares.ts';
import type { Measured } from './measure.ts';

/** The costs of each candidate that was measured; prints how far from the measurements they are. */
export function fitCosts(measured: readonly Measured[], cpu: Cpu): Record<string, CandidateCosts> {
  const hasParts = ({ work }: Measured) => Object.keys(divideWork(work).others).length > 0;
  // Those that call other kernels come after these.
  const ordered = [...measured.filter((m) => !hasParts(m)), ...measured.filter(hasParts)];
  const names = [...new Set(ordered.map(({ candidate }) => candidate))];
  const fits = names.map((name) => {
    const fit = fitCandidate(
      measured.filter((m) => m.candidate === name),
      cpu,
    );
    const candidates = { ...COSTS[cpu].candidates, [name]: fit.costs };
    COSTS[cpu] = { ...COSTS[cpu], candidates };
    return fit;
  });
  const errors = fits.flatMap((fit) => fit.errors.map(Math.abs)).sort((a, b) => a - b);
  console.log(`all: median ${percent(median(errors))}, worst ${percent(errors.at(-1)!)}`);
  return Object.fromEntries(names.map((name, i) => [name, fits[i]!.costs]));
}

/** Layers of models count for so many random ones. */
const MODEL_WEIGHT = 4;

function fitCandidate(
  layers: readonly Measured[],
  cpu: Cpu,
): { costs: CandidateCosts; errors: number[] } {
  const [{ candidate, work }] = layers as [Measured];
  const names = Object.keys(divideWork(work).own);
  const rows = layers.map((layer) => {
    const all = layer.cycles ?? layer.instructions;
    // What other kernels' work takes is known: errors count as a share of all.
    const value = all - cyclesOf(candidate, divideWork(layer.work).others, cpu);
    const weight = (layer.name === 'random' ? 1 : MODEL_WEIGHT) * (value / all) ** 2;
    return { features: names.map((each) => layer.work[each]!), value, weight, all };
  });
  const found = fitRelative(rows.filter(({ value }) => value > 0)).map((cycles) =>
    Number(cycles.toPrecision(4)),
  );
  const errors = rows.map(
    ({ features, value, all }) =>
      (features.reduce((sum, x, i) => sum + x * found[i]!, 0) - value) / all,
  );
  const worst = errors.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
  const at = layers[errors.indexOf(worst)]!;
  console.log(
    `${candidate}: ${layers.length} layers, median ${percent(median(errors.map(Math.abs)))},`,
    `worst ${percent(worst)} (${at.name} ${JSON.stringify(at.work)})`,
  );
  const cycles = Object.fromEntries(names.map((name, i) => [name, found[i]!]));
  return { costs: { contents: contentsOfCandidate(candidate)!, cycles }, errors };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
