import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { compileSources, writeFiles } from '../../src/build/compile-sources.ts';
import { fileOf, filesOf, kernelsView } from '../../src/codegen/units.ts';
import { readTemplate, render } from '../../src/codegen/render.ts';
import { codeLengths } from '../../src/encode/code-lengths.ts';
import { decodeGaps, encodeGaps } from '../../src/encode/gap-codes.ts';
import { decodeSymbols, encodeSymbols, LONGEST_CODE } from '../../src/encode/huffman.ts';
import { decodeBytes } from '../../src/ops/coded/units.ts';
import { Random } from '../../src/support/random.ts';
import { requireTool, TOOLS } from '../../src/support/tools.ts';
import { SEED } from '../support/seeds.ts';

console.log(`huffman: seed ${SEED} (THIMBLE_SEED)`);

// The total length of Huffman's codes: the sum of all inner nodes.
function unlimited(counts: readonly number[]): number {
  const open = [...counts];
  let total = 0;
  while (open.length > 1) {
    open.sort((a, b) => b - a);
    const node = open.pop()! + open.pop()!;
    total += node;
    open.push(node);
  }
  return total;
}

const totalOf = (counts: readonly number[], lengths: readonly number[]) =>
  counts.reduce((sum, count, i) => sum + count * lengths[i]!, 0);

it('codes are as short as those of Huffman where no limit stands in the way', () => {
  const random = new Random(SEED);
  for (let i = 0; i < 50; i++) {
    const counts = Array.from({ length: random.int(2, 60) }, () => random.int(1, 400));
    const lengths = codeLengths(counts, 30);
    expect(totalOf(counts, lengths)).toBe(unlimited(counts));
    expect(lengths.reduce((sum, length) => sum + 2 ** -length, 0)).toBe(1);
  }
});

it('no code is longer than the limit, and together they are whole', () => {
  const fibonacci = [1, 1];
  while (fibonacci.length < 40) fibonacci.push(fibonacci.at(-1)! + fibonacci.at(-2)!);
  for (const limit of [6, 8, LONGEST_CODE]) {
    const lengths = codeLengths(fibonacci, limit);
    expect(Math.max(...lengths)).toBe(limit);
    expect(lengths.reduce((sum, length) => sum + 2 ** -length, 0)).toBe(1);
    expect(totalOf(fibonacci, lengths)).toBeGreaterThan(unlimited(fibonacci));
  }
});

// The two forms of codes: of all bytes, and of those that are not zero.
const FORMS = [
  { gaps: false, encode: encodeSymbols, decode: decodeSymbols },
  { gaps: true, encode: encodeGaps, decode: decodeGaps },
];

function streams(random: Random, count: number, encode: (symbols: Uint8Array) => Uint32Array) {
  return Array.from({ length: count }, () => {
    const spread = random.pick([1, 3, 40, 255]);
    const zeros = random.pick([0, 0.5, 0.9, 1]);
    const drawn = () => (random.chance(zeros) ? 0 : random.int(0, spread));
    const symbols = Uint8Array.from({ length: 4 * random.int(1, 200) }, drawn);
    const words = encode(symbols);
    return { symbols, words };
  });
}

// Words that every stream has at least.
const LEAST = 6;

function damaged(words: Uint32Array, random: Random): Uint32Array {
  const copy = words.slice(0, random.chance(0.3) ? random.int(LEAST, words.length) : words.length);
  for (let i = random.int(1, 4); i > 0; i--)
    copy[random.int(0, copy.length - 1)]! ^= random.int(1, 2 ** 31 - 1);
  return copy;
}

it.each(FORMS)('damaged codes are refused, or taken for others: $gaps', ({ encode, decode }) => {
  const random = new Random(SEED + 1);
  for (const { symbols, words } of streams(random, 300, encode)) {
    expect(decode(words, symbols.length)).toEqual(symbols);
    try {
      expect(decode(damaged(words, random), symbols.length)).toHaveLength(symbols.length);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
    }
  }
});

it.each(FORMS)('in C, no damage makes the decoder read or write elsewhere: $gaps', async (form) => {
  const random = new Random(SEED + 2);
  const unit = decodeBytes(form);
  const cases = streams(random, 40, form.encode).flatMap(({ symbols, words }) => [
    {
      words,
      sum: symbols.reduce((sum, symbol) => (sum * 31 + symbol) >>> 0, 0),
      count: symbols.length,
    },
    { words: damaged(words, random), sum: undefined, count: symbols.length },
  ]);
  const folder = mkdtempSync(path.join(tmpdir(), 'thimble-huffman-'));
  try {
    await writeFiles(
      folder,
      new Map([
        ...filesOf(unit),
        ['runtime/nn.h', readTemplate('runtime/nn.h')],
        ['runtime/nn_coded.h', readTemplate('runtime/nn_coded.h')],
        ['runtime/nn_names.h', ''],
        ['runtime/nn_kernels.h', render('model/nn_kernels.h.ejs', kernelsView([unit]))],
        ['main.c', harness(unit.name, cases)],
      ]),
    );
    const sanitized = ['-g1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
    const gcc = requireTool(TOOLS.gcc);
    const objects = await compileSources(gcc, folder, [fileOf(unit), 'main.c'], sanitized);
    await execa(gcc, [...sanitized, ...objects, '-o', 'harness'], { cwd: folder });
    const { stdout } = await execa(path.join(folder, 'harness'));
    const sums = stdout.split('\n').map(Number);
    expect(sums).toHaveLength(cases.length);
    cases.forEach(({ sum }, i) => sum !== undefined && expect(sums[i]).toBe(sum));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

// Entries of the tables, of two streams at most.
const TABLES = 2 * 2 ** LONGEST_CODE;

// Every stream and every result has memory of its own, of just its size.
function harness(decode: string, cases: readonly { words: Uint32Array; count: number }[]): string {
  const calls = cases.map(
    ({ words, count }, i) => `
    static const uint32_t words${i}[] = { ${[...words].map((word) => `${word}u`).join(', ')} };
    run(words${i}, ${words.length}, ${count});`,
  );
  return `#include <stdio.h>
#include <stdlib.h>
#include "runtime/nn_kernels.h"

static void run(const uint32_t *words, int32_t length, int32_t count)
{
    uint32_t *codes = malloc(4 * (size_t)length), *scratch = malloc(${2 * TABLES} + (size_t)count);
    memcpy(codes, words, 4 * (size_t)length);
    const nn_coded_bytes layer = { ${TABLES / 2}, length, codes, count / 4 };
    ${decode}(&layer, scratch);
    uint32_t sum = 0;
    const uint8_t *bytes = (const uint8_t *)(scratch + layer.at);
    for (int32_t i = 0; i < count; i++) {
        sum = sum * 31u + bytes[i];
    }
    printf("%u\\n", sum);
    free(codes);
    free(scratch);
}

int main(void)
{${calls.join('\n')}
    return 0;
}
`;
}
