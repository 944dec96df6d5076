import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { OPS } from '../src/ops/index.ts';
import { readSources } from './support/source-facts.ts';
import type { Import, SourceFacts } from './support/source-facts.ts';

/** What may import what. ARCHITECTURE.md shows the same table. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  support: [],
  ir: ['support'],
  system: ['support'],
  target: ['support'],
  formats: ['support'],
  signal: ['support'],
  preprocess: ['support', 'ir', 'signal'],
  encode: ['support', 'ir'],
  ops: ['support', 'ir', 'target', 'encode', 'formats'],
  import: ['support', 'ir', 'formats', 'encode', 'ops'],
  interpret: ['support', 'ir', 'ops'],
  passes: ['support', 'ir', 'target', 'ops'],
  compress: ['support', 'ir', 'encode', 'ops', 'interpret'],
  train: ['support', 'ir', 'ops'],
  lower: ['support', 'ir', 'target', 'encode', 'ops'],
  plan: ['support', 'ir', 'target', 'ops', 'lower'],
  estimate: ['support', 'ir', 'target', 'ops', 'lower', 'plan'],
  select: ['support', 'ir', 'target', 'ops', 'lower', 'plan', 'estimate'],
  codegen: [
    ...['support', 'ir', 'target', 'signal', 'preprocess', 'ops', 'lower', 'plan', 'estimate'],
  ],
  build: ['support', 'system', 'target'],
  emulate: ['support', 'system', 'target'],
  verify: ['support', 'ir', 'interpret', 'emulate'],
  // The result types of the others, and the arithmetic that turns them into figures.
  report: [
    ...['support', 'ir', 'target', 'ops', 'lower', 'plan', 'estimate', 'select'],
    ...['passes', 'codegen', 'build', 'compress', 'verify', 'pipeline.ts'],
  ],
};

/** They put the others together, and may import all of them. */
const WHOLE = ['workflow', 'cli', 'pipeline.ts', 'index.ts'];

/** Names of operators may stand in the code of these folders only. */
const MAY_NAME_OPERATORS = ['ops', 'passes', 'compress', 'train'];

/** Words of these folders that are an operator's name and mean something else. */
const HOMONYMS: Readonly<Record<string, readonly string[]>> = {
  // The storage format of weights as they are.
  encode: ['dense'],
};

/** These start programs, write files, talk and wait. */
const MAY_DO_ANYTHING = ['system', 'build', 'emulate', 'workflow', 'cli'];

/** What else touches the world, and how: files of the package are read, and nothing is written. */
const TOUCHES: Readonly<Record<string, readonly string[]>> = {
  // board.json, and the files that it names.
  target: [
    ...['existsSync', 'readdirSync', 'realpathSync', 'statSync'].map((name) => `node:fs ${name}`),
  ],
  // The package's own files, whether a program is on the PATH, files that people write by hand.
  support: [
    ...['accessSync', 'closeSync', 'constants', 'existsSync', 'fstatSync', 'openSync'].map(
      (name) => `node:fs ${name}`,
    ),
    ...['node:fs readFileSync', 'node:fs statSync', 'process.env'],
  ],
  // Lets others have their turn between two vectors.
  verify: ['node:timers/promises setImmediate'],
};

/** Modules that only compute. All others count as the world. */
const PURE = [
  ...['node:path', 'node:url', 'node:crypto', 'node:zlib'],
  ...[
    'zod',
    'ejs',
    'flatbuffers',
    'flatbuffers/js/flexbuffers.js',
    'protobufjs',
    'commander',
    'd3-scale',
  ],
];

const sources = readSources();
const folderOf = (file: string) => file.split('/')[0]!;

function ownImports(file: SourceFacts): readonly Import[] {
  return file.imports.filter(({ own }) => own);
}

/** 'FILE imports TARGET' for every import of own files that `isWrong` picks. */
function wrongImports(isWrong: (file: SourceFacts, target: Import) => boolean): string[] {
  return sources.flatMap((file) =>
    ownImports(file)
      .filter((target) => isWrong(file, target))
      .map(({ target }) => `${file.file} imports ${target}`),
  );
}

it('every folder imports only what the table allows', () => {
  const known = [...Object.keys(ALLOWED), ...WHOLE];
  expect(sources.filter(({ folder }) => !known.includes(folder)).map(({ file }) => file)).toEqual(
    [],
  );
  const wrong = wrongImports(({ folder }, { target }) => {
    const allowed = ALLOWED[folder];
    return allowed !== undefined && ![folder, ...allowed].includes(folderOf(target));
  });
  expect(wrong).toEqual([]);
});

it('ARCHITECTURE.md shows the table', () => {
  const text = readFileSync(new URL('../ARCHITECTURE.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| \[(\w+)\]\(src\/[^)]+\) \|.*\| ([^|]+) \|$/gm)];
  const shown = Object.fromEntries(
    rows.map(([, folder = '', imports = '']) => [
      folder,
      imports === '–' ? [] : imports.replace('records of ', '').split(', '),
    ]),
  );
  // What the rows of these say in words.
  const inWords = ['report', ...WHOLE];
  const table = Object.entries(ALLOWED).filter(([folder]) => !inWords.includes(folder));
  expect(shown).toMatchObject(Object.fromEntries(table));
  expect(
    Object.keys(shown).filter((folder) => !(folder in ALLOWED) && !WHOLE.includes(folder)),
  ).toEqual([]);
});

it('nobody imports the command line, and only it, the workflow and the index run the pipeline', () => {
  expect(
    wrongImports(({ folder }, { target }) => folderOf(target) === 'cli' && folder !== 'cli'),
  ).toEqual([]);
  expect(
    wrongImports(
      ({ folder }, { target, typeOnly }) =>
        target === 'pipeline.ts' && !typeOnly && !WHOLE.includes(folder),
    ),
  ).toEqual([]);
});

it('operators import only the record types of formats', () => {
  const wrong = wrongImports(
    ({ folder }, { target }) =>
      folder === 'ops' && folderOf(target) === 'formats' && !target.endsWith('records.ts'),
  );
  expect(wrong).toEqual([]);
});

it('only ops, passes, compress and train name an operator, or import one', () => {
  const names = new Set(OPS.map(({ name }) => name));
  const others = sources.filter(({ folder }) => !MAY_NAME_OPERATORS.includes(folder));
  const named = others.flatMap(({ file, folder, texts }) =>
    texts
      .filter((text) => names.has(text) && !HOMONYMS[folder]?.includes(text))
      .map((text) => `${file} says '${text}'`),
  );
  expect(named).toEqual([]);
  // ops/<family>/<operator>.ts
  const imported = wrongImports(
    ({ folder }, { target }) =>
      !MAY_NAME_OPERATORS.includes(folder) && /^ops\/[^/]+\//.test(target),
  );
  expect(imported).toEqual([]);
});

it('only build, emulate, workflow and cli touch the outside world; a few others read files', () => {
  const touches = new Map<string, Set<string>>();
  for (const { folder, imports, globals } of sources) {
    if (MAY_DO_ANYTHING.includes(folder)) continue;
    const found = imports
      .filter(({ own, target, typeOnly }) => !own && !typeOnly && !PURE.includes(target))
      .flatMap(({ target, names }) => names.map((name) => `${target} ${name}`));
    const known = touches.get(folder) ?? new Set();
    touches.set(folder, new Set([...known, ...found, ...globals]));
  }
  const list = [...touches].filter(([, found]) => found.size > 0);
  expect(Object.fromEntries(list.map(([folder, found]) => [folder, [...found].sort()]))).toEqual(
    TOUCHES,
  );
});

it('files stay small, most of them very small', () => {
  expect(sources.filter(({ lines }) => lines > 250).map(({ file }) => file)).toEqual([]);
  const sorted = sources.map(({ lines }) => lines).sort((a, b) => a - b);
  expect(sorted[sorted.length >> 1]).toBeLessThan(80);
});

it('links in documents lead to files', () => {
  const root = new URL('../', import.meta.url);
  const inDocs = readdirSync(new URL('docs/', root)).map((name) => `docs/${name}`);
  const broken = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md', ...inDocs].flatMap((file) => {
    const here = new URL(file, root);
    const links = [...readFileSync(here, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)];
    return links
      .filter(([, target]) => !existsSync(new URL(target!, here)))
      .map(([, target]) => `${file}: ${target}`);
  });
  expect(broken).toEqual([]);
});
