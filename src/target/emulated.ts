import { formatSize } from '../support/bytes.ts';
import type { Board, Cpu, Memory } from './board.ts';
import { loadBoard } from './load-board.ts';

const STAND_INS: Record<Cpu, string> = {
  'cortex-m0plus': 'mps2-an385',
  'cortex-m3': 'mps2-an385',
  'cortex-m4': 'mps2-an386',
  'cortex-m7': 'mps2-an500',
  'cortex-m33': 'mps2-an505',
};

export interface EmulatedBoard {
  readonly board: Board;
  /** The machine that stands in for it. */
  readonly standIn?: string;
  /** Why that machine cannot: it has less memory. */
  readonly lack?: string;
}

/**
 * The board as QEMU can run it: itself where it has a machine, otherwise its core's mps2 machine
 * with the board's own memory sizes, placed one after the other.
 */
export function emulatedBoard(board: Board): EmulatedBoard {
  if (board.emulators.qemu) return { board };
  const machine = loadBoard(STAND_INS[board.cpu]);
  const stretch = (kind: Memory['kind']): Memory[] => {
    let start = machine.memory.find((m) => m.kind === kind)!.start;
    return board.memory
      .filter((m) => m.kind === kind)
      .map((m) => {
        const placed = { ...m, start };
        start += m.size;
        return placed;
      });
  };
  const { console, emulators } = machine;
  const memory = [...stretch('flash'), ...stretch('ram')];
  const lack = lackOf(board, machine);
  return {
    board: { ...board, console, emulators, memory },
    standIn: machine.name,
    ...(lack && { lack }),
  };
}

function lackOf(board: Board, machine: Board): string | undefined {
  for (const kind of ['flash', 'ram'] as const) {
    const bytes = machine[`${kind}Bytes`];
    if (board[`${kind}Bytes`] > bytes)
      return `${machine.name}, which stands for ${board.name}, has ${formatSize(bytes)} of ${kind} only: try --${kind} ${bytes / 1024}K`;
  }
  return undefined;
}
