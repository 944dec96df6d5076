/**
 * Proves the models that lie beside this file: a hundred test pictures each, on a Cortex-M4 and a Cortex-M0+
 * under QEMU, every byte compared with the reference, with flash, RAM and instructions.
 *   npx tsx examples/deep-compression/prove.ts [FOLDER] [--data DIR]
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { linkedFootprint } from '../../src/report/footprint.ts';
import { formatCount, formatTable } from '../../src/report/table.ts';
import { formatSize } from '../../src/support/bytes.ts';
import { limitBoard } from '../../src/target/limits.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { execute } from '../../src/workflow/execute.ts';
import { loadModel } from '../../src/workflow/load-model.ts';
import type { LoadedModel } from '../../src/workflow/load-model.ts';
import { testModel } from '../../src/workflow/test-model.ts';
import { vectorsOf, wrongAnswers } from './answers.ts';
import { compareWithPaper } from './figures.ts';
import type { Figures } from './figures.ts';
import { FASHION, lackingIn, noise, readPictures } from './pictures.ts';
import { RECIPES } from './recipes.ts';

/** A Cortex-M4, and a Cortex-M0+. */
const BOARDS = ['mps2-an386', 'rp2040-pico'];
/** Decoding may take as much RAM as there is: a small chip's share is left to it. */
const RAM = 48 * 1024;
const PICTURES = 100;

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string', default: FASHION } },
});
const folder = positionals[0] ?? fileURLToPath(new URL('.', import.meta.url));
const lacking = lackingIn(given.data);
if (lacking) console.log(`no pictures, so noise proves the bytes: ${lacking}`);
const test = lacking ? noise(PICTURES, 1) : readPictures(given.data).test;
const data = path.basename(path.resolve(given.data));

for (const recipe of RECIPES)
  for (const file of readdirSync(folder).filter((name) => name.startsWith(`${recipe.name}-`))) {
    if (!file.endsWith('.thimble')) continue;
    const model = await loadModel(path.join(folder, file), recipe.name);
    const figures = JSON.parse(
      readFileSync(path.join(folder, file.replace(/\.thimble$/, '.json')), 'utf8'),
    ) as Figures;
    console.log(['', ...compareWithPaper(recipe, figures), ''].join('\n'));
    const rows = [['board', 'weights', 'flash', 'RAM', 'instructions', 'bytes', 'wrong answers']];
    for (const name of BOARDS)
      for (const optimize of ['speed', 'flash'] as const)
        rows.push(await prove(model, name, optimize, figures.data === data && !lacking));
    console.log(formatTable(rows).join('\n'));
  }

// A row of the table: one model on one board.
async function prove(
  model: LoadedModel,
  name: string,
  optimize: 'speed' | 'flash',
  labelled: boolean,
): Promise<string[]> {
  const board = limitBoard(loadBoard(name), { ram: RAM });
  const inputs = vectorsOf(model.graph, test, PICTURES);
  const vectors = inputs.map((input, i) => ({ name: `picture ${i}`, input }));
  const request = { model, board, where: 'qemu', options: { optimize } } as const;
  const { passed, execution } = await testModel({ ...request, vectors });
  const { program, built, outcome, standIn } = execution!;
  const { flash, ram } = linkedFootprint(program, built!, outcome.stackBytes);
  const one = inputs.slice(0, 1);
  const bench = await execute({ ...request, vectors: one, instrument: 'bench' });
  if (!passed) process.exitCode = 1;
  return [
    `${name}${standIn ? ` (${standIn})` : ''}, for ${optimize}`,
    ...[flash.weights, flash.total, ram.total].map(formatSize),
    formatCount(bench.outcome.instructions!),
    passed ? 'all equal' : 'DIFFERENT',
    labelled ? `${wrongAnswers(outcome.outputs, test)} of ${PICTURES}` : '-',
  ];
}
