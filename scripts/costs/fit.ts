import type { CandidateCosts } from '../../src/lower/cycles.ts';
import { contentsOfCandidate } from './contents.ts';
import { fitRelative } from './least-squares.ts';
import type { Measured } from './measure.ts';

/** The costs of each candidate that was measured; prints how far from the measurements they are. */
export function fitCosts(measured: readonly Measured[]): Record<string, CandidateCosts> {
  const names = [...new Set(measured.map(({ candidate }) => candidate))];
  const fits = names.map((name) => fitCandidate(measured.filter((m) => m.candidate === name)));
  const errors = fits.flatMap((fit) => fit.errors.map(Math.abs)).sort((a, b) => a - b);
  console.log(`all: median ${percent(median(errors))}, worst ${percent(errors.at(-1)!)}`);
  return Object.fromEntries(names.map((name, i) => [name, fits[i]!.costs]));
}

/** Layers of models count for so many random ones. */
const MODEL_WEIGHT = 4;

function fitCandidate(layers: readonly Measured[]): { costs: CandidateCosts; errors: number[] } {
  const [{ candidate, work }] = layers as [Measured];
  const names = Object.keys(work);
  const rows = layers.map((layer) => ({
    features: names.map((each) => layer.work[each]!),
    value: layer.cycles ?? layer.instructions,
    weight: layer.name === 'random' ? 1 : MODEL_WEIGHT,
  }));
  const found = fitRelative(rows).map((cycles) => Number(cycles.toPrecision(4)));
  const errors = rows.map(
    ({ features, value }) => features.reduce((sum, x, i) => sum + x * found[i]!, 0) / value - 1,
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
