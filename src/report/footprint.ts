import type { Built } from '../build/firmware.ts';
import { findHome, FIRMWARE_BYTES, lackingOf } from '../plan/memories.ts';
import type { Program } from '../pipeline.ts';
import type { Board } from '../target/board.ts';
import { chooseFlash } from '../target/flash.ts';
import { flashRegions, ramRegions } from '../target/target.ts';
import type { Footprint } from '../estimate/estimate.ts';

/** The footprint of a linked firmware; `stackBytes` measured by painting, or bounded. */
export function linkedFootprint(
  program: Program,
  { facts, stackBound }: Built,
  stackBytes = stackBound,
): Footprint {
  const size = (...names: string[]) =>
    facts.sections.filter(({ name }) => names.includes(name)).reduce((sum, s) => sum + s.size, 0);
  const total = size('.vectors', '.text', '.rodata', '.weights', '.ARM.exidx', '.data');
  const { arenaBytes: arena } = program.library;
  const arenas = arenasIn(program.library);
  const { stateBytes: state } = program.library;
  const other = size('.data', '.bss') - state;
  const weights = program.library.weightBytes;
  return {
    flash: { weights, code: total - weights, total },
    ram: {
      arena,
      arenas,
      state,
      other,
      stack: stackBytes,
      total: arena + state + other + stackBytes,
    },
  };
}

export function fitsBoard(footprint: Footprint, board: Board): boolean {
  return fitsFlash(footprint, board) && fitsRam(footprint, board);
}

/** Whether code fits the first flash, and the weights, which stay together, there or another one. */
export function fitsFlash({ flash }: Pick<Footprint, 'flash'>, board: Board): boolean {
  const { code, weights, total } = flash;
  const { lacking } = chooseFlash(flashRegions(board), code, weights);
  return total <= board.flashBytes && lacking === 0;
}

/** Whether each arena fits its memory, and the test firmware's data and frames fit beside one. */
export function fitsRam({ ram }: Pick<Footprint, 'ram'>, board: Board): boolean {
  const workBytes = ram.state + ram.stack + FIRMWARE_BYTES;
  const lacking = lackingOf(arenaBytes(ram), ramRegions(board), workBytes);
  return ram.arena + workBytes <= board.ramBytes && lacking === 0;
}

/** Bytes of each memory that a footprint takes. */
export interface MemoryUse {
  readonly name: string;
  readonly kind: 'flash' | 'ram';
  readonly limit: number;
  readonly used: number;
}

/** How a footprint spreads over a board's memories, those that stay empty too. */
export function memoryUse({ flash, ram }: Footprint, board: Board): MemoryUse[] {
  const arenas = arenaBytes(ram);
  const home = findHome(ramRegions(board), arenas, ram.state + ram.stack + FIRMWARE_BYTES)?.name;
  const image = chooseFlash(flashRegions(board), flash.code, flash.weights);
  return board.memory.map(({ name, kind, size }) => ({
    name,
    kind,
    limit: size,
    used:
      kind === 'ram'
        ? (arenas.get(name) ?? 0) + (name === home ? ram.state + ram.other + ram.stack : 0)
        : (image.code.name === name ? flash.code : 0) +
          (image.weights.name === name ? flash.weights : 0),
  }));
}

function arenasIn({ arenas }: Program['library']) {
  return arenas.map(({ memory, bytes }) => ({ memory, bytes }));
}

function arenaBytes({ arenas }: Footprint['ram']): ReadonlyMap<string, number> {
  return new Map(arenas.map(({ memory, bytes }) => [memory, bytes]));
}
