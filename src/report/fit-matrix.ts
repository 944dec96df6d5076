import { formatSize } from '../support/bytes.ts';
import { formatCount, formatTable } from './table.ts';

/** What a model takes on a board, as compile predicts it; bytes and cycles are null where no kernel takes it. */
export interface FitCell {
  readonly board: string;
  readonly fits: boolean;
  readonly flash: number | null;
  readonly ram: number | null;
  readonly cycles: number | null;
  /** At the board's clock, with memory that never waits. */
  readonly milliseconds: number | null;
  /** Why the model cannot be computed there at all. */
  readonly reason?: string;
}

/** Models on boards with what they hold. */
export interface FitRow {
  readonly model: string;
  readonly boards: readonly FitCell[];
  /** The smallest board that holds it; null where none does. */
  readonly smallest: string | null;
}

/** Every model on every board, then the smallest board for each. */
export function formatFit(rows: readonly FitRow[]): string[] {
  const size = (bytes: number | null) => (bytes === null ? '-' : formatSize(bytes));
  const table = formatTable([
    ['model', 'board', 'fits', 'flash', 'RAM', 'cycles', 'ms'],
    ...rows.flatMap(({ model, boards }) =>
      boards.map(({ board, fits, flash, ram, cycles, milliseconds }) => [
        ...[model, board, fits ? 'yes' : 'no', size(flash), size(ram)],
        ...[cycles === null ? '-' : formatCount(cycles), formatMilliseconds(milliseconds)],
      ]),
    ),
  ]);
  const reasons = rows.flatMap(({ model, boards }) =>
    boards.flatMap(({ board, reason }) => (reason ? `${model} on ${board}: ${reason}` : [])),
  );
  const smallest = rows.map(({ model, smallest }) =>
    smallest === null
      ? `${model}: none of these boards holds it`
      : `${model}: ${smallest} is the smallest that holds it`,
  );
  return [
    ...table,
    '',
    ...reasons,
    ...smallest,
    'predicted; times are for memory that never waits: real flash takes longer',
  ];
}

function formatMilliseconds(milliseconds: number | null): string {
  return milliseconds === null ? '-' : milliseconds.toFixed(milliseconds < 10 ? 2 : 1);
}
