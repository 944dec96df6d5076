import type { Program } from '../pipeline.ts';
import { explainMisfit } from '../report/fit.ts';
import { fitsBoard, predictFootprint } from '../report/footprint.ts';
import { makeReport } from '../report/report.ts';
import type { Report } from '../report/report.ts';
import { CompileError } from '../support/diagnostics.ts';
import type { Board } from '../target/board.ts';

/** The model does not fit the board; carries the report to where it is printed. */
export class DoesNotFit extends CompileError {
  constructor(
    readonly report: Report,
    board: Board,
  ) {
    super(explainMisfit(report, board), 'answer-is-no');
  }
}

/** The predicted report of a program that fits; throws DoesNotFit before any C compiler runs. */
export function requireFit(program: Program, board: Board): Report {
  const footprint = predictFootprint(program);
  const fits = fitsBoard(footprint, board);
  const report = makeReport({ program, board, basis: 'predicted', footprint, fits });
  if (fits) return report;
  throw new DoesNotFit(report, board);
}
