import { CompileError } from '../support/diagnostics.ts';
import { formatSize } from '../support/bytes.ts';
import type { Board, Memory } from './board.ts';

/** The board with smaller memories, so that it can stand for a smaller chip. */
export function limitBoard(board: Board, limits: { flash?: number; ram?: number }): Board {
  const memory = [...shrink(board, 'flash', limits.flash), ...shrink(board, 'ram', limits.ram)];
  return {
    ...board,
    memory,
    flashBytes: limits.flash ?? board.flashBytes,
    ramBytes: limits.ram ?? board.ramBytes,
  };
}

// Takes the limit from the regions in their order.
function shrink(board: Board, kind: Memory['kind'], limit: number | undefined): Memory[] {
  const regions = board.memory.filter((m) => m.kind === kind);
  if (limit === undefined) return regions;
  const total = regions.reduce((sum, m) => sum + m.size, 0);
  if (limit > total) {
    throw new CompileError({
      code: 'bad-limit',
      message: `--${kind} ${formatSize(limit)} is more than the ${formatSize(total)} of ${board.name}`,
      hint: 'limits can only be smaller than the board; choose a larger board (thimble boards)',
    });
  }
  let left = limit;
  return regions.flatMap((m) => {
    const taken = Math.min(left, m.size);
    left -= taken;
    // The stack starts at a memory's end, and has to be aligned there.
    const size = taken - (taken % 8);
    return size > 0 ? [{ ...m, size }] : [];
  });
}
