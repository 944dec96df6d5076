import { comparableReport, diffReports, largestGrowth } from '../../report/diff.ts';
import type { ComparableReport } from '../../report/diff.ts';
import { formatTable } from '../../report/table.ts';
import { CompileError } from '../../support/diagnostics.ts';
import { readInput } from '../../workflow/read-input.ts';
import type { Context } from '../context.ts';

export interface DiffOptions {
  readonly maxGrowth?: number;
}

/** `thimble diff OLD NEW`: what changed between two report.json. */
export async function diffCommand(
  oldFile: string,
  newFile: string,
  options: DiffOptions,
  context: Context,
): Promise<void> {
  const [before, after] = [await readReport(oldFile), await readReport(newFile)];
  const changes = diffReports(before, after);
  const growth = largestGrowth(before, after);
  const delta = (a: unknown, b: unknown) =>
    typeof a === 'number' && typeof b === 'number' && a !== 0
      ? `${(100 * (b / a - 1)).toFixed(1)}%`
      : '';
  const rows = changes.map((c) => [
    c.figure,
    String(c.before ?? '-'),
    String(c.after ?? '-'),
    delta(c.before, c.after),
  ]);
  const text =
    changes.length === 0
      ? ['nothing changed']
      : formatTable([['figure', 'before', 'after', 'change'], ...rows]);
  context.output.result(text, { changes, largestGrowthPercent: growth });
  if (options.maxGrowth === undefined) return;
  const most = options.maxGrowth;
  if (growth <= most) return;
  throw new CompileError(
    {
      code: 'over-budget',
      message: `flash, RAM or instructions grew by ${growth.toFixed(1)} %, ${most} % are allowed`,
      where: newFile,
      hint: 'the table above shows the layers that changed',
    },
    'answer-is-no',
  );
}

async function readReport(file: string): Promise<ComparableReport> {
  const bytes = await readInput(file, 'report');
  try {
    return comparableReport.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    // Told below.
  }
  throw new CompileError({
    code: 'bad-report',
    message: 'the file is no report.json of schema version 1',
    where: file,
    hint: 'thimble compile and thimble build write report.json into their output folder',
  });
}
