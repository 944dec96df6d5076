import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { applyBudget, BUDGET_FILE } from '../../src/cli/budget-file.ts';
import { parseBudget } from '../../src/report/budget.ts';
import { codeOf } from '../support/failures.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = temporaryFolder('budget');
const home = process.cwd();
// Before the folder goes: what is asked for last ends first.
afterAll(() => process.chdir(home));

let next = 0;
beforeEach(() => {
  const folder = path.join(root, String(next++));
  mkdirSync(path.join(folder, 'shared'), { recursive: true });
  process.chdir(folder);
});

const keys = Array.from({ length: 24 }, (_, i) => `model_${i}@board`);
const FOUND = { flash: 1, ram: 2 };
const entriesNow = () => {
  const budget = parseBudget(JSON.parse(readFileSync(BUDGET_FILE, 'utf8')));
  return Array.isArray(budget) ? budget : Object.keys(budget.entries).sort();
};

it.each(['a file', 'a link'])('%s that many runs update at once loses no entry', async (what) => {
  if (what === 'a link') symlinkSync('shared/budget.json', BUDGET_FILE);
  await Promise.all(keys.map((key) => applyBudget(key, FOUND, true)));
  expect(entriesNow()).toEqual([...keys].sort());
  expect(
    [...readdirSync('.'), ...readdirSync('shared')].filter((name) => name.includes('.thimble')),
  ).toEqual([]);
});

it('what is no budget stays as it is', async () => {
  writeFileSync(BUDGET_FILE, 'mine');
  for (const update of [true, false])
    expect(await codeOf(applyBudget('a@b', FOUND, update))).toBe('bad-budget');
  expect([readFileSync(BUDGET_FILE, 'utf8'), readdirSync('.').sort()]).toEqual([
    'mine',
    ['shared', BUDGET_FILE],
  ]);
});
