import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { OPS } from '../src/ops/index.ts';
import { MAKERS } from './ops/makers.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const templates = readdirSync(`${root}codegen-templates/ops`, {
  recursive: true,
  encoding: 'utf8',
}).filter((file) => file.endsWith('.ejs'));
const code = readdirSync(`${root}src/ops`, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(`${root}src/ops/${file}`, 'utf8'))
  .join('\n');

it('every operator has a summary, cases and kernels', () => {
  const bare = OPS.filter(
    ({ name, summary, kernels }) => !summary || kernels.length === 0 || !MAKERS[name],
  );
  expect(bare.map(({ name }) => name)).toEqual([]);
  expect(Object.keys(MAKERS).sort()).toEqual(OPS.map(({ name }) => name).sort());
});

it('every family has a folder of templates, and every template belongs to a kernel', () => {
  const families = readdirSync(`${root}src/ops`, { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  expect(
    families.filter(({ name }) => !existsSync(`${root}codegen-templates/ops/${name}`)),
  ).toEqual([]);
  const stem = (file: string) =>
    file
      .replace('.c.ejs', '')
      .replace(/-(s8|f32)$/, '-')
      .replace(/^pool\/(average|max)-/, '');
  expect(templates.filter((file) => !code.includes(stem(file).split('/').at(-1)!))).toEqual([]);
});

it('kernels have unique names', () => {
  const names = OPS.flatMap(({ kernels }) => kernels.map(({ name }) => name)).filter(
    (name) => name !== 'alias',
  );
  expect(new Set(names).size).toBe(names.length);
});
