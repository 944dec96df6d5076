import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newOp } from '../scripts/new-op.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const COPIED = ['src', 'test', 'scripts', 'examples', 'codegen-templates'];
const FILES = ['package.json', 'tsconfig.json', 'vitest.config.ts', '.prettierrc.json'];

let copy = '';
beforeAll(() => {
  copy = mkdtempSync(path.join(tmpdir(), 'thimble-new-op-'));
  for (const each of [...COPIED, ...FILES])
    cpSync(path.join(ROOT, each), path.join(copy, each), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

it('a new operator stands in the lists, compiles, and looks as the others do', async () => {
  const files = newOp(copy, 'soft_plus', 'activation');
  expect(files).toHaveLength(5);
  const read = (file: string) => readFileSync(path.join(copy, file), 'utf8');
  expect(read('src/ops/index.ts')).toMatch(/import \{ softPlus \}(.|\n)*^ {2}softPlus,$/m);
  expect(read('test/ops/makers.ts')).toContain('soft_plus: softPlus,');
  const run = (...command: string[]) =>
    execa('npx', command, { cwd: copy, reject: false, all: true });
  expect((await run('tsc', '--noEmit')).all).toBe('');
  const changed = [...files, 'src/ops/index.ts', 'test/ops/makers.ts'];
  const { exitCode, all } = await run(
    'prettier',
    '--check',
    ...changed.filter((f) => f.endsWith('.ts')),
  );
  expect(exitCode, all).toBe(0);
  expect(() => newOp(copy, 'soft_plus', 'activation')).toThrow(/is there already/);
  expect(() => newOp(copy, 'SoftPlus', 'activation')).toThrow(/"SoftPlus" is no name/);
});
