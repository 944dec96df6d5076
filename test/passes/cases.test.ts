import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseGraph } from '../../src/ir/parse.ts';
import { printGraph } from '../../src/ir/print.ts';
import { PASSES } from '../../src/passes/index.ts';
import { verifyPass } from '../../src/passes/verify.ts';

/**
 * cases/<pass>.md: a heading, why, and a graph `before` and `after` the pass, or one that it has to
 * leave as it is (`unchanged`).
 */
const FOLDER = fileURLToPath(new URL('cases/', import.meta.url));

interface Case {
  readonly title: string;
  readonly before: string;
  readonly after: string;
  readonly changes: boolean;
}

function casesOf(pass: string): Case[] {
  const [, ...sections] = readFileSync(`${FOLDER}${pass}.md`, 'utf8').split(/^## /m);
  return sections.map((section) => {
    const title = section.split('\n')[0]!;
    const block = (kind: string) =>
      new RegExp(`^\`\`\`ir ${kind}\n(.*?)^\`\`\``, 'ms').exec(section)?.[1];
    const kept = block('unchanged');
    const [before, after] = [kept ?? block('before'), kept ?? block('after')];
    if (!before || !after) throw new Error(`${pass}.md: "${title}" has no before and after`);
    return { title, before, after, changes: kept === undefined };
  });
}

describe.each(PASSES)('$name', (pass) => {
  const cases = casesOf(pass.name);

  it.each(cases)('$title', ({ title, before, after, changes }) => {
    const graph = parseGraph(before, `${pass.name}.md, "${title}", before`);
    const result = pass.run(graph);
    expect(printGraph(result)).toBe(
      printGraph(parseGraph(after, `${pass.name}.md, "${title}", after`)),
    );
    // What a pass leaves alone may be what no operator takes.
    if (changes) [graph, result].forEach((each) => verifyPass(each, pass.name));
  });

  it('has cases that change, and cases that must not', () => {
    expect(new Set(cases.map(({ changes }) => changes))).toEqual(new Set([true, false]));
  });
});

it('every file of cases belongs to a pass', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(PASSES.map(({ name }) => `${name}.md`).sort());
});
