/**
 * Writes the section "Compressed weights" of BENCHMARKS.md: single layers and whole models with random
 * masks, measured on a Cortex-M4 by the outside tool that MCYCLES names (see scripts/measure-costs.ts), and
 * single layers in instructions of the cores without the DSP extension. Whole models need ../shared/models.
 *
 *   npx tsx scripts/bench-compressed.ts [layers | models]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadBoard } from '../src/target/load-board.ts';
import { flashRows } from './compressed/flash-rows.ts';
import { layerRows } from './compressed/layer-rows.ts';
import { modelRows } from './compressed/model-rows.ts';
import { SHARED } from './estimated-cycles.ts';

const TITLE = '## Compressed weights';
const COLUMNS = 'weights | dense | fastest | by | without the others | bytes, dense | bytes |';
const CORES = {
  'Cortex-M4, cycles': loadBoard('mps2-an386'),
  'Cortex-M3, instructions': loadBoard('mps2-an385'),
  // It runs on the machine of a Cortex-M3, which has all of its instructions.
  'Cortex-M0+, instructions': { ...loadBoard('mps2-an385'), cpu: 'cortex-m0plus' as const },
};
const MODELS =
  '| model | zeros, mask | cycles, dense | cycles | weights, dense | weights | for flash |';

const FLASH = '| model | flash, dense | flash |';

const [only] = process.argv.slice(2);
const mcycles = process.env.MCYCLES;
if (mcycles === undefined) throw new Error('MCYCLES names no program that estimates cycles');
const file = new URL('../BENCHMARKS.md', import.meta.url);
const [before = '', known = ''] = readFileSync(file, 'utf8').split(/^(?=## Compressed weights$)/m);

const layers: string[] = [];
for (const [core, board] of Object.entries(CORES)) {
  const head = `| ${core} | ${COLUMNS}`;
  const rows =
    only === 'models'
      ? rowsOf(known, head)
      : await layerRows(board, board.cpu === 'cortex-m4' ? mcycles : undefined);
  layers.push(...table(head, rows), '');
}
const withModels = only !== 'layers' && existsSync(`${SHARED}models`);
const m4 = CORES['Cortex-M4, cycles'];
const models = withModels ? await modelRows(m4) : rowsOf(known, MODELS);
const flash = withModels ? await flashRows(m4) : rowsOf(known, FLASH);
const section = [
  TITLE,
  'Written by `npx tsx scripts/bench-compressed.ts`. Weights are zero by random masks, single ones or blocks of rows by columns, or have four bits, or are 0 or one size with either sign.',
  'Cycles of a Cortex-M4, estimated from what is executed, or instructions, each per dense MAC; bytes are all constants of the layer.',
  '',
  ...layers,
  'Whole models, their 1x1 and fully connected weights masked; everything else is as published.',
  '',
  ...table(MODELS, models),
  '',
  'As published, for the least flash (`--optimize flash`), as predicted for the test firmware’s build; codes are decoded at each inference.',
  '',
  ...table(FLASH, flash),
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
