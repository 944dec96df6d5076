import { FIRMWARE_BYTES } from '../plan/memories.ts';
import { fitsFlash, fitsRam } from './footprint.ts';
import { shorten } from '../support/identifiers.ts';
import { formatSize } from '../support/bytes.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import type { Board } from '../target/board.ts';
import type { Report } from './report.ts';

/** What does not fit, with the layers to blame; empty when everything does. */
export function explainMisfit(report: Report, board: Board): Diagnostic[] {
  const problems: Diagnostic[] = [];
  const { flash, ram } = report;
  if (!fitsFlash(report, board)) {
    const heavy = [...report.layers].sort((a, b) => b.weightBytes - a.weightBytes).slice(0, 3);
    problems.push({
      code: 'does-not-fit-flash',
      message: `${report.model} takes ${formatSize(flash.total)} of flash, ${board.name} has ${formatSize(board.flashBytes)}${inSeveral(board, 'flash')}`,
      notes: heavy.map(
        (l) =>
          `layer ${l.index} ${l.op} "${shorten(l.name)}" has ${formatSize(l.weightBytes)} of weights and tables`,
      ),
      hint: 'use a smaller model, or a board with more flash (thimble boards)',
    });
  }
  if (!fitsRam(report, board)) {
    const near = ram.total <= board.ramBytes;
    problems.push({
      code: 'does-not-fit-ram',
      message: `${report.model} takes ${formatSize(ram.total)} of RAM (arena ${formatSize(ram.arena)})${near ? ` and up to ${FIRMWARE_BYTES} B for the test firmware's own data and frames` : ''}, ${board.name} has ${formatSize(board.ramBytes)}${inSeveral(board, 'ram')}`,
      notes: [
        ...fullMemories(report),
        ...busiestStep(report).map(
          (p) => `alive at the peak: "${shorten(p.tensor)}" with ${formatSize(p.bytes)}`,
        ),
      ],
      hint: 'make these tensors smaller (input size, channels), or choose a board with more RAM (thimble boards)',
    });
  }
  return problems;
}

function inSeveral({ memory }: Board, kind: 'flash' | 'ram'): string {
  return memory.filter((m) => m.kind === kind).length > 1 ? ' in several memories' : '';
}

// Memories that would hold more than they have; what lies beside an arena counts where it has room.
function fullMemories({ memories }: Report): string[] {
  return memories
    .filter(({ used, limit }) => used > limit)
    .map((m) => `"${m.name}" would hold ${formatSize(m.used)}, it has ${formatSize(m.limit)}`);
}

// The largest buffers of the step with the most bytes alive.
function busiestStep({ plan }: Report) {
  const live = (step: number) => plan.filter(({ first, last }) => first <= step && step <= last);
  const bytes = (step: number) => live(step).reduce((sum, p) => sum + p.bytes, 0);
  const steps = [...new Set(plan.map(({ first }) => first))];
  const peak = steps.reduce(
    (best, step) => (bytes(step) > bytes(best) ? step : best),
    steps[0] ?? 0,
  );
  return [...live(peak)].sort((a, b) => b.bytes - a.bytes).slice(0, 3);
}
