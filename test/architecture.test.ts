import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/** What may import what (ARCHITECTURE.md shows the same table). */
export const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  support: [],
  ir: ['support'],
  target: ['support'],
  formats: ['support'],
  encode: ['support', 'ir'],
  ops: ['support', 'ir', 'target', 'encode', 'formats'],
  import: ['support', 'ir', 'formats', 'ops'],
  interpret: ['support', 'ir', 'ops'],
  passes: ['support', 'ir', 'target', 'ops'],
  compress: ['support', 'ir', 'encode', 'ops', 'interpret'],
  lower: ['support', 'ir', 'target', 'encode', 'ops'],
  plan: ['support', 'ir', 'target', 'lower'],
  codegen: ['support', 'ir', 'target', 'ops', 'lower', 'plan'],
  build: ['support', 'target'],
  emulate: ['support', 'target'],
  verify: ['support', 'ir', 'interpret', 'emulate'],
  // The result types of the others, and the arithmetic that turns them into figures.
  report: ['support', 'ir', 'target', 'ops', 'lower', 'plan', 'codegen', 'build', 'pipeline.ts'],
};

/** Names of operators may stand in the code of these folders only. */
const MAY_NAME_OPERATORS = ['ops', 'passes', 'compress'];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);
const folderOf = (file: string) => file.split(path.sep)[0]!;

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(SRC, file), 'utf8');
  const targets = [...text.matchAll(/from '(\.[^']+)'/g)].map((match) => match[1]!);
  return targets.map((target) => path.normalize(path.join(path.dirname(file), target)));
}

it('every folder imports only what the table allows', () => {
  const wrong = files.flatMap((file) => {
    const folder = folderOf(file);
    const allowed = ALLOWED[folder];
    if (!allowed) return [];
    const bad = importsOf(file).filter(
      (target) => ![folder, ...allowed].includes(folderOf(target)),
    );
    return bad.map((target) => `${file} imports ${target}`);
  });
  expect(wrong).toEqual([]);
});

it('nobody imports the command line, and only it and the workflow import the pipeline', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((target) => folderOf(target) === 'cli' && folderOf(file) !== 'cli')
      .map((target) => `${file} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

it('operators import only the record types of formats', () => {
  const wrong = files
    .filter((file) => folderOf(file) === 'ops')
    .flatMap((file) =>
      importsOf(file).filter(
        (target) => folderOf(target) === 'formats' && !target.endsWith('records.ts'),
      ),
    );
  expect(wrong).toEqual([]);
});

it('only ops, passes and compress name an operator', () => {
  const names = [
    'conv2d',
    'depthwise_conv2d',
    'average_pool',
    'max_pool',
    'log_softmax',
    'leaky_relu',
    'hard_swish',
    'resize_bilinear',
  ];
  const wrong = files
    .filter((file) => !MAY_NAME_OPERATORS.includes(folderOf(file)))
    .filter((file) =>
      names.some((name) => readFileSync(path.join(SRC, file), 'utf8').includes(`'${name}'`)),
    );
  expect(wrong).toEqual([]);
});

it('files stay small', () => {
  const long = files.filter(
    (file) => readFileSync(path.join(SRC, file), 'utf8').split('\n').length > 400,
  );
  expect(long).toEqual([]);
});
