import { FIRMWARE_BYTES } from '../plan/memories.ts';
import { fitsFlash, fitsRam } from './footprint.ts';
import { shorten } from '../support/identifiers.ts';
import { formatSize } from '../support/bytes.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import type { Board } from '../target/board.ts';
import { describePlace, describeTensors } from './memory.ts';
import type { ChoiceReport, Report } from './report.ts';
import { formatCount } from './table.ts';

/** Something that makes a model fit: an option, a smaller image, another board; and what it takes then. */
export interface RemedyReport extends ChoiceReport {
  readonly change: 'option' | 'input' | 'board';
  /** The option, the rows and columns of the image, the board. */
  readonly name: string;
}

/** What does not fit, with the layers to blame and what helps; empty when everything does. */
export function explainMisfit(
  report: Report,
  board: Board,
  remedies: readonly RemedyReport[] = [],
): Diagnostic[] {
  const problems: Diagnostic[] = [];
  const { flash, ram } = report;
  if (!fitsFlash(report, board)) {
    const heavy = [...report.layers].sort((a, b) => b.weightBytes - a.weightBytes).slice(0, 3);
    const over = flash.total - board.flashBytes;
    problems.push({
      code: 'does-not-fit-flash',
      message: `${report.model} takes ${formatSize(flash.total)} of flash, ${comparison(over)}${board.name} has ${formatSize(board.flashBytes)}${inSeveral(board, 'flash')}`,
      notes: heavy.map(
        (l) =>
          `layer ${l.index} ${l.op} "${shorten(l.name)}" has ${formatSize(l.weightBytes)} of weights and tables`,
      ),
      hint: hintOf(remedies, 'use a smaller model, or a board with more flash (thimble boards)'),
    });
  }
  if (!fitsRam(report, board)) {
    const near = ram.total <= board.ramBytes;
    const firmware = near
      ? ` and up to ${FIRMWARE_BYTES} B for the test firmware's own data and frames`
      : '';
    problems.push({
      code: 'does-not-fit-ram',
      message: `${report.model} takes ${formatSize(ram.total)} of RAM (arena ${formatSize(ram.arena)})${firmware}, ${comparison(ram.total - board.ramBytes)}${board.name} has ${formatSize(board.ramBytes)}${inSeveral(board, 'ram')}`,
      notes: [
        ...fullMemories(report),
        ...(report.peak.tensors.length > 0
          ? [`the arena is fullest ${describePlace(report.peak)}`]
          : []),
        ...describeTensors(report.peak).map((tensor) => `alive at the peak: ${tensor}`),
      ],
      hint: hintOf(
        remedies,
        'make these tensors smaller (input size, channels), or choose a board with more RAM (thimble boards)',
      ),
    });
  }
  return problems;
}

// By how much; nothing where it is a memory among several that is too small.
function comparison(over: number): string {
  return over > 0 ? `${formatSize(over)} too much: ` : '';
}

function hintOf(remedies: readonly RemedyReport[], otherwise: string): string {
  const [boards, others] = [remedies.filter(isBoard), remedies.filter((each) => !isBoard(each))];
  const ways = [
    ...others.map((remedy) => `${describeChange(remedy)} (${describeFigures(remedy)})`),
    ...(boards.length > 0 ? [boards.map(({ name }) => `-b ${name}`).join(' or ')] : []),
  ];
  return ways.length > 0 ? `it would fit with ${ways.join(', or with ')}` : otherwise;
}

function isBoard({ change }: RemedyReport): boolean {
  return change === 'board';
}

function describeChange({ change, name }: RemedyReport): string {
  return change === 'input' ? `an input of ${name}, trained for that` : name;
}

function describeFigures({ cycles, flash, ram }: ChoiceReport): string {
  return `flash ${formatSize(flash)}, RAM ${formatSize(ram)}, ${formatCount(cycles)} cycles`;
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
