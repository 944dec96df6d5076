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
const texts = templates
  .map((file) => readFileSync(`${root}codegen-templates/ops/${file}`, 'utf8'))
  .join('\n');
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

it('every family with kernels of its own has a folder of templates, and every template belongs to a kernel', () => {
  const families = readdirSync(`${root}src/ops`, { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  // Some families are only folded, or use the kernels of another.
  const withUnits = families.filter(({ name }) =>
    readdirSync(`${root}src/ops/${name}`).some((file) =>
      readFileSync(`${root}src/ops/${name}/${file}`, 'utf8').includes('unitFamily({'),
    ),
  );
  expect(withUnits.length).toBeGreaterThan(8);
  expect(
    withUnits.filter(({ name }) => !existsSync(`${root}codegen-templates/ops/${name}`)),
  ).toEqual([]);
  const stem = (file: string) =>
    file
      .replace(/\.[cS]\.ejs$/, '')
      .replace(/-(s8|f32)$/, '-')
      .replace(/^pool\/(average|max)-/, '');
  // Parts that templates include have no unit of their own.
  const isIncluded = (file: string) => texts.includes(`include('${file.split('/').at(-1)!}'`);
  const isUsed = (file: string) => code.includes(stem(file).split('/').at(-1)!);
  expect(templates.filter((file) => !isUsed(file) && !isIncluded(file))).toEqual([]);
});

it('kernels of one name are of the same kind: they cost the same', () => {
  const kinds = new Map<string, Set<string>>();
  for (const { name, units, inPlace = [] } of OPS.flatMap(({ kernels }) => kernels)) {
    const templates = units.flatMap(({ all }) => all.map(({ template }) => template));
    const kind = JSON.stringify([[...new Set(templates)].sort(), inPlace]);
    kinds.set(name, (kinds.get(name) ?? new Set()).add(kind));
  }
  const mixed = [...kinds].filter(([, { size }]) => size > 1).map(([name]) => name);
  expect(mixed).toEqual([]);
});
