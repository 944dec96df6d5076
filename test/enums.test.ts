import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const templates = fileURLToPath(new URL('../codegen-templates/', import.meta.url));
const texts = readdirSync(templates, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(h|c|ejs)$/.test(file))
  .map((file) => readFileSync(`${templates}/${file}`, 'utf8'));

// gcc gives enums a byte on bare metal (AAPCS leaves it open, -fshort-enums), clang a word.
it('no structure has an enum as a member: a library and its user may be compiled by two compilers', () => {
  const names = texts.flatMap((text) =>
    [...text.matchAll(/typedef enum \{[^}]*\} (\w+);/g)].map(([, name = '']) => name),
  );
  expect(names.sort()).toEqual(['thimble_dtype', 'thimble_pixels']);
  const member = new RegExp(String.raw`^\s+(${names.join('|')}|enum \w+) \w+.*;`, 'm');
  expect(texts.map((text) => member.exec(text)?.[0]).filter((found) => found)).toEqual([]);
});
