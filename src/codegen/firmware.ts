import { toComment } from '../support/identifiers.ts';
import type { Board } from '../target/board.ts';
import type { Library } from './emit.ts';
import { linkView } from './link-view.ts';
import type { LinkSizes } from './link-view.ts';
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
  /** Everything in flash but the weights, as predicted. */
  readonly codeBytes: number;
  /** For a profiler that follows the stack (nn_jump in nn_gemm_asm.h). */
  readonly profiled?: boolean;
}

export interface Firmware {
  readonly files: ReadonlyMap<string, string>;
  readonly sources: readonly string[];
  /** Preprocessor definitions for the library's sources. */
  readonly defines: readonly string[];
}

/** The test firmware around a library, for a Cortex-M board. */
export function emitFirmware(board: Board, library: Library, options: FirmwareOptions): Firmware {
  const files = new Map([
    ['main.c', renderMain(library, options)],
    ['platform.h', readTemplate('board/platform.h')],
    ['platform.c', renderPlatform(board, options)],
    ['startup.c', render('board/startup.c.ejs', startupView(board))],
    ['link.ld', render('board/link.ld.ejs', linkView(board, library, linkSizes(library, options)))],
  ]);
  return {
    files,
    sources: ['main.c', 'platform.c', 'startup.c'],
    defines: [
      ...library.arenas.map(({ macro, name }) => inSection(macro, name)),
      inSection('THIMBLE_WEIGHTS', 'weights'),
      ...(options.profiled ? ['NN_PROFILED'] : []),
    ],
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

function inSection(macro: string, section: string): string {
  return `${macro}=__attribute__((section(".${section}")))`;
}

function renderMain(library: Library, options: FirmwareOptions): string {
  return render('board/main.c.ejs', {
    ...options,
    hookCalls: library.hookCalls,
    stateBytes: library.stateBytes,
    fed: library.fed,
  });
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
      register: toComment(register),
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

function linkSizes(library: Library, options: FirmwareOptions): LinkSizes {
  const { instrument, stackBytes, codeBytes } = options;
  // Measuring firmware keeps a mark of eight bytes for each layer.
  const markBytes = instrument === 'bench' ? library.hookCalls * 8 : 0;
  return { codeBytes, stackBytes, markBytes };
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
