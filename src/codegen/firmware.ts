import { CompileError } from '../support/diagnostics.ts';
import type { Board, Memory } from '../target/board.ts';
import type { Library } from './emit.ts';
import { readTemplate, render } from './render.ts';

/** What the firmware reports besides outputs. */
export type Instrument = 'none' | 'bench' | 'trace';

export interface FirmwareOptions {
  readonly name: string;
  readonly instrument: Instrument;
  /** Where vectors come from; 'none': one pseudo-random input. */
  readonly vectors: 'none' | 'memory' | 'uart';
  /** The address of vectors in memory. */
  readonly vectorsAddress?: number;
  readonly floatInput: boolean;
  /** What counts time: the emulated machine's timer, or the core's own counter. */
  readonly timer?: number;
  /** Stack of one inference. */
  readonly stackBytes: number;
}

export interface Firmware {
  readonly files: ReadonlyMap<string, string>;
  readonly sources: readonly string[];
  /** Preprocessor definitions for the library's sources. */
  readonly defines: readonly string[];
}

/**
 * RAM of the test firmware besides the arena and the inference's stack, at most: its own variables,
 * its frames below the inference and those of printing, an exception's frame.
 */
export const FIRMWARE_BYTES = 512;

/** The test firmware around a library, for a Cortex-M board. */
export function emitFirmware(board: Board, library: Library, options: FirmwareOptions): Firmware {
  const files = new Map([
    ['main.c', renderMain(library, options)],
    ['platform.h', readTemplate('board/platform.h')],
    ['platform.c', renderPlatform(board, options)],
    ['startup.c', render('board/startup.c.ejs', startupView(board))],
    ['link.ld', render('board/link.ld.ejs', linkView(board, library, options))],
  ]);
  return {
    files,
    sources: ['main.c', 'platform.c', 'startup.c'],
    defines: ['THIMBLE_ARENA=__attribute__((section(".arena")))'],
  };
}

/** The same firmware as a process on the development machine. */
export function emitHostFirmware(library: Library, options: FirmwareOptions): Firmware {
  const files = new Map([
    ['main.c', renderMain(library, { ...options, vectors: 'memory' })],
    ['platform.h', readTemplate('board/platform.h')],
    ['host.c', render('board/host.c.ejs', {})],
  ]);
  return { files, sources: ['main.c', 'host.c'], defines: [] };
}

/** The RAM regions that data and stack, and the arena, go to; undefined: the arena fits nowhere. */
export function chooseRam(
  board: Board,
  arenaBytes: number,
  stackBytes: number,
): { ram: Memory; arena: Memory } | undefined {
  const restBytes = stackBytes + FIRMWARE_BYTES;
  const regions = board.memory.filter((m) => m.kind === 'ram');
  const [ram] = regions;
  if (!ram) return undefined;
  if (arenaBytes + restBytes <= ram.size) return { ram, arena: ram };
  const other = regions.find((m) => m !== ram && m.size >= arenaBytes);
  if (other) return { ram, arena: other };
  // The arena alone in the first region, data and stack in another one.
  const rest = regions.find((m) => m !== ram && m.size >= restBytes);
  return rest && arenaBytes <= ram.size ? { ram: rest, arena: ram } : undefined;
}

function renderMain(library: Library, options: FirmwareOptions): string {
  return render('board/main.c.ejs', { ...options, hookCalls: library.hookCalls });
}

function renderPlatform(board: Board, { vectors, vectorsAddress, timer }: FirmwareOptions): string {
  const { driver, base, baud, clockHz, setup } = board.console;
  const sixtyFourths = Math.round((clockHz * 4) / baud);
  const uart = render(`board/uart-${driver}.c.ejs`, {
    base: hex(base),
    divisor: Math.max(16, Math.round(clockHz / baud)),
    divisor16: sixtyFourths >> 6,
    divisor64: sixtyFourths & 63,
  });
  const own = board.cpu === 'cortex-m0plus' ? 'systick' : 'dwt';
  return render('board/platform.c.ejs', {
    uart,
    setup: setup.map(({ register, address, set, clear, wait }) => ({
      register,
      address: hex(address),
      set: hex(set),
      clear: hex(clear),
      wait: wait === undefined ? '' : hex(wait),
    })),
    ticks: timer === undefined ? own : 'cmsdk-timer',
    timer: hex(timer ?? 0),
    vectorsAddress: vectors === 'memory' && vectorsAddress !== undefined ? hex(vectorsAddress) : '',
  });
}

function startupView(board: Board) {
  return { fpu: board.features.includes('fpu'), cfsr: board.cpu !== 'cortex-m0plus' };
}

function linkView(board: Board, library: Library, { instrument, stackBytes }: FirmwareOptions) {
  // Measuring firmware keeps a mark of eight bytes for each layer.
  const marks = instrument === 'bench' ? library.hookCalls * 8 : 0;
  const regions = chooseRam(board, library.arenaBytes, stackBytes + marks);
  if (!regions) {
    throw new CompileError(
      {
        code: 'does-not-fit-ram',
        message: `the test firmware takes ${marks + FIRMWARE_BYTES} B of RAM beside the model, ${board.name} has no room for them`,
        hint: 'measure on a larger board with the same core',
      },
      'answer-is-no',
    );
  }
  return {
    memories: board.memory.map((m) => ({
      name: m.name,
      attributes: m.kind === 'flash' ? 'rx' : 'rwx',
      start: hex(m.start),
      size: hex(m.size),
    })),
    flash: board.memory.find((m) => m.kind === 'flash')!.name,
    ram: regions.ram.name,
    arena: regions.arena.name,
    stackBytes: stackBytes + FIRMWARE_BYTES / 2,
  };
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
