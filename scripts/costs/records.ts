import { readFileSync, writeFileSync } from 'node:fs';
import { cyclesOf } from '../../src/lower/cycles.ts';
import type { Board } from '../../src/target/board.ts';
import { targetOf } from '../../src/target/target.ts';
import type { LoadedModel } from '../../src/workflow/load-model.ts';
import { contentsOfCandidate } from './contents.ts';
import { modelLayers } from './layers.ts';
import type { Layer } from './layers.ts';
import { measureLayers } from './measure.ts';

/** A layer of a model as it was measured on a Cortex-M4, computed by one candidate. */
export interface LayerRecord {
  readonly model: string;
  readonly layer: number;
  readonly candidate: string;
  readonly work: Readonly<Record<string, number>>;
  /** Of which text of the kernel's units. */
  readonly contents: string;
  readonly cycles: number;
  readonly instructions: number;
}

const FILE = new URL('../../test/costs/m4-layers.json', import.meta.url);

/** Candidates up to so much slower than the fastest, as predicted, are measured, too. */
const NEAR = 1.25;

export function readRecords(): LayerRecord[] {
  return JSON.parse(readFileSync(FILE, 'utf8')) as LayerRecord[];
}

/** Layers of a model, each with the candidates that are or may well be its fastest. */
export function nearestCandidates({ name, graph }: LoadedModel, board: Board): Layer[] {
  const layers = modelLayers(name, graph, targetOf(board));
  const predicted = (layer: Layer) => cyclesOf(layer.candidate, layer.work, board.cpu);
  return layers.filter((layer) => {
    const all = layers.filter((other) => other.name === layer.name).map(predicted);
    return predicted(layer) <= NEAR * Math.min(...all);
  });
}

/** Measures the layers of models whose records are missing or stale, and writes all of these models'. */
export async function writeRecords(
  models: readonly LoadedModel[],
  board: Board,
  mcycles: string,
): Promise<void> {
  const known = new Map(readRecords().map((record) => [keyOf(record), record]));
  const layers = models.flatMap((model) => nearestCandidates(model, board));
  const isKnown = (layer: Layer) => isRecorded(layer, known.get(keyOf(layerOf(layer))));
  const measured = await measureLayers(
    layers.filter((layer) => !isKnown(layer)),
    board,
    mcycles,
  );
  for (const { work, cycles, instructions, ...layer } of measured) {
    const contents = contentsOfCandidate(layer.candidate)!;
    const record = { ...layerOf(layer), work, contents, cycles: cycles!, instructions };
    known.set(keyOf(record), record);
  }
  const lines = layers.map((layer) => JSON.stringify(known.get(keyOf(layerOf(layer)))));
  writeFileSync(FILE, `[\n${lines.join(',\n')}\n]\n`);
}

/** Whether a record is of a layer's candidate as it is now. */
export function isRecorded(layer: Layer, record: LayerRecord | undefined): boolean {
  return (
    record?.contents === contentsOfCandidate(layer.candidate) &&
    JSON.stringify(record!.work) === JSON.stringify(layer.work)
  );
}

/** A layer's place among the records. */
export function layerOf({ name, candidate }: Pick<Layer, 'name' | 'candidate'>) {
  const [model = '', layer] = name.split(' ');
  return { model, layer: Number(layer), candidate };
}

function keyOf({ model, layer, candidate }: ReturnType<typeof layerOf>): string {
  return `${model} ${layer} ${candidate}`;
}
