import type { Cost } from '../ops/kernel.ts';
import { InternalError } from '../support/diagnostics.ts';
import { readPackageFile } from '../support/package-files.ts';
import { CPUS } from '../target/board.ts';
import type { Cpu } from '../target/board.ts';

/** What each unit of work takes on one core: written by scripts/measure-costs.ts. */
export interface CostTable {
  /** What was measured: cycles where a tool can estimate them, else instructions. */
  readonly basis: 'cycles' | 'instructions';
  /** By candidate; of which text of its kernel's units, and the cycles of each unit of work. */
  readonly candidates: Readonly<Record<string, CandidateCosts>>;
}

export interface CandidateCosts {
  readonly contents: string;
  readonly cycles: Readonly<Record<string, number>>;
}

export const COSTS = Object.fromEntries(
  CPUS.map((cpu) => [cpu, JSON.parse(readPackageFile(`costs/${cpu}.json`)) as CostTable]),
) as Record<Cpu, CostTable>;

/** What a candidate's cycles grow with: its work, and its calls of C functions. */
export function workOf({ work, calls }: Cost): Readonly<Record<string, number>> {
  return calls.length > 0 ? { calls: calls.length, ...work } : work;
}

/** Cycles that a candidate's work takes on a core. Throws InternalError when it was never measured. */
export function cyclesOf(
  candidate: string,
  work: Readonly<Record<string, number>>,
  cpu: Cpu,
): number {
  return Object.entries(work).reduce((sum, [name, count]) => {
    const { of = candidate, piece } = pieceOf(name);
    const cycles = COSTS[cpu].candidates[of]?.cycles[piece];
    if (cycles !== undefined) return sum + cycles * count;
    throw new InternalError(
      `the cycles of ${of}'s ${piece} were never measured for ${cpu}: run scripts/measure-costs.ts`,
    );
  }, 0);
}

/** A name of work: what is counted, and whose it is where it is another kernel's. */
export function pieceOf(name: string): { of?: string; piece: string } {
  const [piece = '', of] = name.split('/').reverse();
  return of === undefined ? { piece } : { of, piece };
}

/** The work that is a candidate's own, and that of other kernels which it calls. */
export function divideWork(work: Readonly<Record<string, number>>) {
  const pieces = Object.entries(work);
  const isOwn = ([name]: readonly [string, number]) => pieceOf(name).of === undefined;
  return {
    own: Object.fromEntries(pieces.filter(isOwn)),
    others: Object.fromEntries(pieces.filter((piece) => !isOwn(piece))),
  };
}
