import { existsSync } from 'node:fs';
import path from 'node:path';
import { overBudget, parseBudget } from '../report/budget.ts';
import type { Budget, BudgetEntry } from '../report/budget.ts';
import { CompileError } from '../support/diagnostics.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import { readSmall } from '../support/read-small.ts';
import { unwritable } from '../support/unwritable.ts';
import { withLock } from '../workflow/folder-lock.ts';
import { followLinks, writeWhole } from '../workflow/write-file.ts';

export const BUDGET_FILE = 'thimble.budget.json';

/** Whether a run has to be counted: there is a budget, or one is to be written. */
export function wantsBudget(update: boolean | undefined): boolean {
  return update === true || existsSync(BUDGET_FILE);
}

/** Compares a run with the budget in this folder, or writes it there. */
export async function applyBudget(
  key: string,
  found: BudgetEntry,
  update: boolean | undefined,
): Promise<Diagnostic[]> {
  if (update !== true) return overBudget(readBudget(), key, found);
  try {
    const folder = path.dirname(await followLinks(BUDGET_FILE));
    await withLock(folder, () => replaceEntry(key, found));
    return [];
  } catch (error) {
    throw unwritable(BUDGET_FILE, error);
  }
}

// Read only now: what other runs have written meanwhile stays.
async function replaceEntry(key: string, found: BudgetEntry): Promise<void> {
  const budget = readBudget();
  const entries = { ...budget.entries, [key]: found };
  await writeWhole(BUDGET_FILE, `${JSON.stringify({ ...budget, entries }, null, 2)}\n`, {
    inPlace: true,
  });
}

function readBudget(): Budget {
  if (!existsSync(BUDGET_FILE)) return { tolerancePercent: 2, entries: {} };
  let problems: string[];
  try {
    const budget = parseBudget(JSON.parse(readSmall(BUDGET_FILE)));
    if (!Array.isArray(budget)) return budget;
    problems = budget;
  } catch (error) {
    problems = [`it is no JSON: ${(error as Error).message}`];
  }
  throw new CompileError(
    problems.map((message) => ({
      code: 'bad-budget',
      message,
      where: BUDGET_FILE,
      hint: 'thimble test --update-budget writes a valid file',
    })),
  );
}
