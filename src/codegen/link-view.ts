import { findHome, FIRMWARE_BYTES } from '../plan/memories.ts';
import { CompileError } from '../support/diagnostics.ts';
import type { Board } from '../target/board.ts';
import { chooseFlash } from '../target/flash.ts';
import { flashRegions, ramRegions } from '../target/target.ts';
import type { Library } from './emit.ts';

/** Bytes that the linker script has to find places for. */
export interface LinkSizes {
  /** Of everything in flash but the weights, as predicted. */
  readonly codeBytes: number;
  /** Of one inference. */
  readonly stackBytes: number;
  /** Of what measuring firmware keeps. */
  readonly markBytes: number;
}

/** Which memory everything goes to, as the linker script prints it. */
export function linkView(board: Board, library: Library, sizes: LinkSizes) {
  const { codeBytes, stackBytes, markBytes } = sizes;
  const arenaBytes = new Map(library.arenas.map(({ memory, bytes }) => [memory, bytes]));
  const workBytes = library.stateBytes + stackBytes + FIRMWARE_BYTES + markBytes;
  const home = findHome(ramRegions(board), arenaBytes, workBytes);
  const flash = chooseFlash(flashRegions(board), codeBytes, library.weightBytes);
  if (!home) throw noRoom(board, markBytes + FIRMWARE_BYTES);
  return {
    memories: board.memory.map((m) => ({
      name: m.name,
      attributes: m.kind === 'flash' ? 'rx' : 'rwx',
      start: hex(m.start),
      size: hex(m.size),
    })),
    flash: flash.code.name,
    weights: flash.weights.name,
    ram: home.name,
    arenas: library.arenas.map((arena) => ({ section: `.${arena.name}`, memory: arena.memory })),
    stackBytes: stackBytes + FIRMWARE_BYTES / 2,
  };
}

// The model alone was found to fit before: what the test firmware adds does not.
function noRoom(board: Board, bytes: number): CompileError {
  return new CompileError(
    {
      code: 'does-not-fit-ram',
      message: `the test firmware takes ${bytes} B of RAM beside the model, no memory of ${board.name} has room for them`,
      hint: 'measure on a larger board with the same core',
    },
    'answer-is-no',
  );
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
