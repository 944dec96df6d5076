import { z } from 'zod';
import type { Diagnostic } from '../support/diagnostics.ts';

const entry = z.strictObject({
  flash: z.number().int().positive(),
  ram: z.number().int().positive(),
  instructions: z.number().int().positive().optional(),
});

const budgetFile = z.strictObject({
  $schema: z.string().optional(),
  /** How much each figure may grow. */
  tolerancePercent: z.number().min(0).default(2),
  /** By "model@board". */
  entries: z.record(z.string(), entry),
});

/** thimble.budget.json: figures that a run may not exceed by more than a percentage. */
export type Budget = z.output<typeof budgetFile>;
export type BudgetEntry = z.output<typeof entry>;

/** Checks the contents of a budget file: the budget, or every problem as a sentence. */
export function parseBudget(json: unknown): Budget | string[] {
  const parsed = budgetFile.safeParse(json);
  if (parsed.success) return parsed.data;
  return parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`,
  );
}

/** What has grown beyond the budget. A model and board that it does not list have no limit. */
export function overBudget(budget: Budget, key: string, found: BudgetEntry): Diagnostic[] {
  const allowed = budget.entries[key];
  if (!allowed) return [];
  return (['flash', 'ram', 'instructions'] as const).flatMap((figure) => {
    const [limit, value] = [allowed[figure], found[figure]];
    if (limit === undefined || value === undefined) return [];
    const growth = (100 * (value - limit)) / limit;
    if (growth <= budget.tolerancePercent) return [];
    return [
      {
        code: 'over-budget',
        message: `${figure} of ${key} is ${value}, ${growth.toFixed(1)} % above its budget of ${limit} (${budget.tolerancePercent} % are allowed)`,
        where: 'thimble.budget.json',
        hint: 'find what grew (thimble diff on two report.json), or raise the budget (thimble test --update-budget)',
      },
    ];
  });
}
