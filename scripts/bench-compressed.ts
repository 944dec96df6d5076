/**
 * Writes the section "Compressed weights" of BENCHMARKS.md: single layers and whole models with random
 * masks, measured on a Cortex-M4 by the outside tool that MCYCLES names (see scripts/measure-costs.ts).
 * Whole models need ../shared/models.
 *
 *   npx tsx scripts/bench-compressed.ts [layers | models]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadBoard } from '../src/target/load-board.ts';
import { layerRows } from './compressed/layer-rows.ts';
import { modelRows } from './compressed/model-rows.ts';
import { SHARED } from './estimated-cycles.ts';

const TITLE = '## Compressed weights';
const LAYERS =
  '| layer | zeros, mask | dense | fastest | by | without the others | bytes, dense | bytes |';
const MODELS = '| model | zeros, mask | cycles, dense | cycles | weights, dense | weights |';

const [only] = process.argv.slice(2);
const board = loadBoard('mps2-an386');
const layers = only === 'models' ? undefined : await layerRows(board);
const models =
  only === 'layers' || !existsSync(`${SHARED}models`) ? undefined : await modelRows(board);

const file = new URL('../BENCHMARKS.md', import.meta.url);
const [before = '', known = ''] = readFileSync(file, 'utf8').split(/^(?=## Compressed weights$)/m);
const section = [
  TITLE,
  'Written by `npx tsx scripts/bench-compressed.ts`. Weights are zero by random masks: single ones, or blocks of rows by columns.',
  'Cycles of a Cortex-M4 per dense MAC, estimated from what is executed; bytes are all constants of the layer.',
  '',
  ...table(LAYERS, layers ?? rowsOf(known, LAYERS)),
  '',
  'Whole models, their 1x1 and fully connected weights masked; everything else is as published.',
  '',
  ...table(MODELS, models ?? rowsOf(known, MODELS)),
  '',
].join('\n');
writeFileSync(file, `${before.trimEnd()}\n\n${section}`);

function table(head: string, rows: readonly string[]): string[] {
  const rule = head.replace(/[^|]+/g, ' --- ').replace(/^ --- |$/g, '');
  return [head, rule, ...rows];
}

// The rows of a table as they stand.
function rowsOf(text: string, head: string): string[] {
  const [, after = ''] = text.split(`${head}\n`);
  const lines = after.split('\n').slice(1);
  return lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith('|')),
  );
}
