import type { Board, Cpu, Memory } from './board.ts';
import { loadBoard } from './load-board.ts';

const STAND_INS: Record<Cpu, string> = {
  'cortex-m0plus': 'mps2-an385',
  'cortex-m3': 'mps2-an385',
  'cortex-m4': 'mps2-an386',
  'cortex-m7': 'mps2-an500',
  'cortex-m33': 'mps2-an505',
};

/**
 * The board as QEMU can run it: itself where it has a machine, otherwise its core's mps2 machine
 * with the board's own memory sizes, placed one after the other.
 */
export function emulatedBoard(board: Board): { board: Board; standIn?: string } {
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
  return { board: { ...board, console, emulators, memory }, standIn: machine.name };
}
