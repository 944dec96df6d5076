import type { RemedyReport } from '../report/fit.ts';
import type { Report } from '../report/report.ts';
import { CompileError } from '../support/diagnostics.ts';
import type { Diagnostic } from '../support/diagnostics.ts';

/** The model does not fit the board, and why; carries the report to where it is printed. */
export class DoesNotFit extends CompileError {
  constructor(
    /** With what would make it fit, where that was looked for. */
    readonly report: Report & { readonly remedies: readonly RemedyReport[] },
    reasons: Diagnostic | readonly Diagnostic[],
  ) {
    super(reasons, 'answer-is-no');
  }
}
