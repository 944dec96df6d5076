import type { Tool } from '../support/tools.ts';
import type { Board } from '../target/board.ts';

/** Firmware to run, and what to give it. */
export interface Job {
  /** Undefined for a process on this machine. */
  readonly board?: Board;
  readonly program: string;
  readonly vectors: readonly Uint8Array[];
  /** How many vectors in a row make a sequence, at whose start the model's state is reset; 1: each. */
  readonly steps?: number;
  readonly outputBytes: number;
  /** What the firmware may take, from its own start. */
  readonly timeoutMs: number;
  /** What the emulator may take until it starts the firmware: as long, unless given. */
  readonly startMs?: number;
  /** Count instructions exactly, at some cost in speed. */
  readonly exactTime: boolean;
  readonly signal?: AbortSignal;
  /** The function that an address lies in, for messages. */
  readonly symbolAt?: (address: number) => string | undefined;
  readonly addressOf?: (symbol: string) => number | undefined;
  /** Ask for collapsed stacks, where the emulator can profile. */
  readonly profile?: boolean;
}

export interface LayerTicks {
  readonly layer: number;
  readonly ticks: number;
}

export interface LayerCrc {
  readonly layer: number;
  readonly crc: string;
}

/** What firmware said. */
export interface Outcome {
  readonly banner: { readonly model: string; readonly crc: string };
  readonly outputs: readonly Uint8Array[];
  /** Per vector. */
  readonly layers: readonly (readonly LayerTicks[])[];
  readonly tensors: readonly (readonly LayerCrc[])[];
  /** NaN where lines about them were lost or damaged. */
  readonly ticks: number;
  readonly vectors: number;
  readonly stackBytes?: number;
  /** Instructions of all inferences, where the emulator counts them. */
  readonly instructions?: number;
  /** Time that passed inside the emulation. */
  readonly virtualSeconds?: number;
  /** Collapsed stacks, one a line with its instructions. */
  readonly profile?: string;
}

export interface EmulatorDriver {
  readonly name: 'host' | 'qemu' | 'renode';
  /** The external program that it takes. */
  readonly tool: Tool;
  /** Why this emulator cannot run firmware for the board here; becomes the reason of a skip. */
  reject(board: Board | undefined): string | undefined;
  run(job: Job): Promise<Outcome>;
}
