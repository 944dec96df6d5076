import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { OPS } from '../src/ops/index.ts';
import { compileModel } from '../src/pipeline.ts';
import { toIdentifier } from '../src/support/identifiers.ts';
import { printable } from '../src/support/printable.ts';
import { Random } from '../src/support/random.ts';
import { HOST_TARGET } from '../src/target/target.ts';
import { acceptedCase } from './support/accepted-case.ts';
import { graphOfCases } from './support/cases.ts';
import { windowChains } from './support/window-chains.ts';

const templates = fileURLToPath(new URL('../codegen-templates/', import.meta.url));

// Every word of the code that sees the model's names.
function wordsOfTemplates(): string[] {
  const files = ['board', 'model', 'runtime'].flatMap((folder) =>
    readdirSync(path.join(templates, folder))
      .filter((file) => /\.(h|[ch]\.ejs)$/.test(file))
      // Kernels include no header of the model: of theirs it sees what nn_kernels.h includes.
      .filter((file) => folder !== 'runtime' || file === 'nn.h' || file === 'thimble.h')
      .map((file) => path.join(templates, folder, file)),
  );
  const words = files.flatMap((file) =>
    wordsOf(readFileSync(file, 'utf8').replace(/<%[^]*?%>/g, ' ')),
  );
  return [...new Set(words)];
}

// Every word of the files of libraries with all operators, some of them row by row.
function wordsOfLibraries(): string[] {
  const random = new Random(1);
  const cases = graphOfCases(OPS.map(({ name }) => acceptedCase(name, random)));
  const { graph, runs } = windowChains(random, 10);
  const libraries = [
    compileModel({ name: 'THE', source: 'a', bytes: new Uint8Array(), graph: cases }, HOST_TARGET),
    compileModel({ name: 'THE', source: 'a', bytes: new Uint8Array(), graph }, HOST_TARGET, {
      runs,
    }),
  ];
  return libraries.flatMap(({ library: { files } }) =>
    ['THE.c', 'THE.h', 'THE_weights.h', 'THE_weights.c'].flatMap((file) =>
      wordsOf(files.get(file)!),
    ),
  );
}

// Members of structs stand apart from other names in C.
function wordsOf(code: string): string[] {
  const bare = code
    .replace(/\.[a-z][\w.]* = /g, ' ')
    .replace(/\/\*[^]*?\*\//g, ' ')
    .replace(/"[^"\n]*"|'[^'\n]*'/g, ' ');
  return bare.match(/\b[A-Za-z]\w*\b/g) ?? [];
}

it('no model takes a name that the generated firmware uses', () => {
  const words = [...wordsOfTemplates(), ...wordsOfLibraries()].filter(
    // The model's own, and the functions of layers, which the workflow keeps apart.
    (word) => !word.startsWith('THE') && !/_\d+$/.test(word),
  );
  expect(words.length).toBeGreaterThan(200);
  expect(words.filter((word) => toIdentifier(word) === word)).toEqual([]);
});

it.each(['memcpy', 'strlen', 'string', 'stdint', 'uint32_t', 'INT8_MAX', 'class', 'ticks'])(
  '%s is made another name',
  (name) => expect(toIdentifier(name)).toBe(`model_${name}`),
);

it.each([
  ['vww_96_int8', 'vww_96_int8'],
  ['model', 'model'],
  ['模型', 'model'],
  ['___', 'model'],
  ['2nd try', 'model_2nd_try'],
])('"%s" becomes %s', (text, identifier) => expect(toIdentifier(text)).toBe(identifier));

it('no control character of a file reaches the terminal', () => {
  expect(printable('a\x1b[31mb\nc')).toBe('a\ufffd[31mb\ufffdc');
});
