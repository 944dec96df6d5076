import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { printable, toIdentifier } from '../src/support/identifiers.ts';

const templates = fileURLToPath(new URL('../codegen-templates/', import.meta.url));

// Every word of the code that sees the model's names.
function wordsOfTemplates(): string[] {
  const files = ['board', 'model', 'runtime'].flatMap((folder) =>
    readdirSync(path.join(templates, folder))
      .filter((file) => /\.(h|[ch]\.ejs)$/.test(file))
      .map((file) => path.join(templates, folder, file)),
  );
  const words = files.flatMap((file) => {
    const code = readFileSync(file, 'utf8')
      .replace(/<%[^]*?%>/g, ' ')
      .replace(/\/\*[^]*?\*\//g, ' ')
      .replace(/"[^"\n]*"|'[^'\n]*'/g, ' ');
    return code.match(/\b[A-Za-z]\w*\b/g) ?? [];
  });
  return [...new Set(words)];
}

it('no model takes a name that the generated firmware uses', () => {
  const words = wordsOfTemplates();
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
