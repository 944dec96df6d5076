import { describe, expect, it } from 'vitest';
import { areCurrent, contentsOfCandidate } from '../../scripts/costs/contents.ts';
import { fitRelative } from '../../scripts/costs/least-squares.ts';
import {
  isRecorded,
  layerOf,
  nearestCandidates,
  readRecords,
} from '../../scripts/costs/records.ts';
import type { LayerRecord } from '../../scripts/costs/records.ts';
import { COSTS, cyclesOf } from '../../src/lower/cycles.ts';
import { CPUS } from '../../src/target/board.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { loadModel } from '../../src/workflow/load-model.ts';
import { hasShared, modelFile } from '../support/shared.ts';

const RUN = 'run scripts/measure-costs.ts';
/** Candidates of which one takes at most so much of the other's cycles are as fast. */
const TIE = 1.01;
const records = readRecords();
const nameOf = ({ model, layer, candidate }: ReturnType<typeof layerOf>) =>
  `${model} ${layer} ${candidate}`;
const predicted = ({ candidate, work }: LayerRecord) => cyclesOf(candidate, work, 'cortex-m4');

it.each(CPUS)('the costs for %s are of the text that each kernel has now', (cpu) => {
  const stale = Object.entries(COSTS[cpu].candidates).filter(
    ([name, { contents }]) => contents !== contentsOfCandidate(name),
  );
  expect(
    stale.map(([name]) => name),
    RUN,
  ).toEqual([]);
  expect(COSTS[cpu].basis).toBe(cpu === 'cortex-m4' ? 'cycles' : 'instructions');
});

describe('layers of models as they were measured on a Cortex-M4', () => {
  it('are of the text and of the work that each kernel has now', () => {
    const costs = COSTS['cortex-m4'].candidates;
    const stale = records.filter(
      (record) =>
        record.contents !== contentsOfCandidate(record.candidate) ||
        !areCurrent(record, costs[record.candidate]),
    );
    expect(stale.map(nameOf), `${RUN} --record`).toEqual([]);
    expect(records.length).toBeGreaterThan(100);
  });

  it('take the cycles that were predicted, within 10 %', () => {
    const off = records
      .map((record) => ({ name: nameOf(record), ratio: predicted(record) / record.cycles }))
      .filter(({ ratio }) => Math.abs(ratio - 1) > 0.1);
    expect(off).toEqual([]);
  });

  it('are fastest by the candidate that is predicted to be', () => {
    const rivals = ({ model, layer }: LayerRecord) =>
      records.filter((other) => other.model === model && other.layer === layer);
    const chosen = records.filter((record) =>
      rivals(record).every((other) => predicted(record) <= predicted(other)),
    );
    const slower = chosen.filter((record) =>
      rivals(record).some((other) => record.cycles > TIE * other.cycles),
    );
    expect(slower.map(nameOf)).toEqual([]);
    expect(chosen.length).toBeLessThan(records.length);
  });

  it('take a cycle for each instruction, or more', () => {
    const few = records.filter(({ cycles, instructions }) => cycles < instructions);
    expect(few).toEqual([]);
  });

  it.skipIf(!hasShared)('have a record for every candidate that may be the fastest', async () => {
    const known = new Map(records.map((record) => [nameOf(record), record]));
    for (const model of new Set(records.map((record) => record.model))) {
      const loaded = await loadModel(modelFile(model));
      const layers = nearestCandidates(loaded, loadBoard('mps2-an386'));
      const missing = layers.filter(
        (layer) => !isRecorded(layer, known.get(nameOf(layerOf(layer)))),
      );
      expect(
        missing.map((layer) => nameOf(layerOf(layer))),
        `${RUN} --record`,
      ).toEqual([]);
    }
  });
});

describe('fitRelative', () => {
  it('finds coefficients again, whatever the sizes of the values', () => {
    const rows = [1, 10, 1000, 50, 7].map((n, i) => ({
      features: [1, n, n * i],
      value: 20 + 3 * n + 0.5 * n * i,
    }));
    const found = fitRelative(rows);
    [20, 3, 0.5].forEach((expected, i) => expect(found[i]).toBeCloseTo(expected, 3));
  });

  it('gives no feature less than nothing', () => {
    const rows = [1, 2, 3, 4].map((n) => ({ features: [1, n], value: 10 - n }));
    const found = fitRelative(rows);
    expect(Math.min(...found)).toBe(0);
  });
});
