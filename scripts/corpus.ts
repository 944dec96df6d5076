/**
 * A folder of models through import, reference and the C on this machine, as a table:
 *   npm run corpus -- FOLDER [--on inspect|reference|host] [--oracle PROGRAM] [--seconds 120] [--seed 1] [--json FILE]
 * For each model: whether it is imported, or why it is refused; whether C and reference are equal; the
 * time, and that is given up after --seconds. `PROGRAM MODEL INPUT OUTPUT` runs a model on raw bytes
 * with somebody else's interpreter: the reference is compared with it. Ends with 1 where any differ.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { formatTable } from '../src/report/table.ts';
import { BoundedJudge } from './corpus/bounded.ts';
import type { Job, Judgement } from './corpus/judge.ts';

type Row = Judgement & { readonly file: string; readonly seconds: number };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    on: { type: 'string', default: 'host' },
    oracle: { type: 'string' },
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
const [folder] = positionals;
if (folder === undefined) throw new Error('name a folder of models');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(tflite|onnx|thimble)$/.test(file))
  .sort();

const rows: Row[] = [];
const judge = new BoundedJudge(Number(values.seconds) * 1000);
for (const file of files) {
  const started = performance.now();
  const judgement = await judge.ask({
    ...{ file: path.join(folder, file), on: values.on as Job['on'], seed: Number(values.seed) },
    ...(values.oracle !== undefined && { oracle: values.oracle }),
  });
  rows.push({ file, ...judgement, seconds: (performance.now() - started) / 1000 });
  process.stderr.write(`\r${rows.length} of ${files.length}`);
}
judge.end();

const count = (is: (row: Row) => boolean) => rows.filter(is).length;
const imported = count((row) => row.imported);
const wrong = count(({ host, oracle }) =>
  [host, oracle].some((verdict) => verdict?.startsWith('differs')),
);
const table = rows.map((row) => [
  ...[row.file, row.imported ? 'yes' : 'no', row.host ?? '', row.oracle ?? ''],
  ...[row.seconds.toFixed(1), row.reasons.join('; ')],
]);
process.stderr.write('\n');
console.log(
  formatTable([['model', 'imported', 'host', 'oracle', 'seconds', 'why not'], ...table]).join('\n'),
);
console.log(
  `\n${rows.length} models: ${imported} imported, ${rows.length - imported} refused, ${wrong} differ`,
);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 1)}\n`);
if (wrong > 0) process.exitCode = 1;
