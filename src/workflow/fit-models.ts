import type { Footprint } from '../estimate/estimate.ts';
import type { Graph } from '../ir/types.ts';
import { plannerOf } from '../pipeline.ts';
import type { CompileOptions } from '../pipeline.ts';
import { FIRMWARE_BYTES } from '../plan/memories.ts';
import type { FitCell } from '../report/fit-matrix.ts';
import { fitsBoard } from '../report/footprint.ts';
import type { Selection } from '../select/select.ts';
import { CompileError } from '../support/diagnostics.ts';
import type { Board } from '../target/board.ts';
import { targetOf } from '../target/target.ts';
import type { Target } from '../target/target.ts';

/**
 * Plans a model for each board. The fastest plan of a core is looked for once: where it fits the
 * first memories of a board, none is better there.
 */
export function fitModel(
  graph: Graph,
  boards: readonly Board[],
  options: CompileOptions,
): FitCell[] {
  const { planFor } = plannerOf(graph, options);
  const fastest = new Map<string, Selection>();
  return boards.map((board) => {
    const target = targetOf(board);
    try {
      const roomy = withoutLimits(target);
      const core = JSON.stringify(roomy);
      const free = fastest.get(core) ?? planFor(roomy);
      fastest.set(core, free);
      const { estimate } = fitsFirst(free.estimate, target) ? free : planFor(target);
      return fitOf(board, estimate);
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      const nothing = { flash: null, ram: null, cycles: null, milliseconds: null };
      return { board: board.name, fits: false, ...nothing, reason: error.diagnostics[0]!.message };
    }
  });
}

function withoutLimits({ cpu, dsp, fpu }: Target): Target {
  return { cpu, dsp, fpu };
}

function fitsFirst({ flash, ram }: Footprint, target: Target): boolean {
  const [firstFlash, firstRam] = [target.flash![0]!, target.ram![0]!];
  const home = firstRam.startsUp && ram.total + FIRMWARE_BYTES <= firstRam.bytes;
  return home && flash.total <= firstFlash.bytes;
}

function fitOf(board: Board, estimate: Selection['estimate']): FitCell {
  const { flash, ram, cycles } = estimate;
  return {
    board: board.name,
    fits: fitsFirst(estimate, targetOf(board)) || fitsBoard(estimate, board),
    flash: flash.total,
    ram: ram.total,
    cycles: Math.round(cycles),
    milliseconds: (1000 * cycles) / board.clockHz,
  };
}

/** The board with the least RAM and flash that the model fits, those that only emulators have last. */
export function smallestFit(
  fits: readonly FitCell[],
  boards: readonly Board[],
): string | undefined {
  const isMachine = ({ emulators }: Board) => Number(emulators.qemu?.machine !== undefined);
  return boards
    .filter(({ name }) => fits.some(({ board, fits: does }) => does && board === name))
    .sort(
      (a, b) =>
        isMachine(a) - isMachine(b) || a.ramBytes - b.ramBytes || a.flashBytes - b.flashBytes,
    )[0]?.name;
}
