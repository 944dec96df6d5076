import type { Board, Cpu } from './board.ts';

/** Everything the compiler derives from a board: kernels and planners ask this, never the board. */
export interface Target {
  readonly cpu: Cpu | 'host';
  /** SMLAD, SXTB16 and the rest of the DSP extension. */
  readonly dsp: boolean;
  /** Single-precision floating point in hardware. */
  readonly fpu: boolean;
  /** Bytes at the target's disposal; undefined: no limit. */
  readonly flashBytes?: number;
  readonly ramBytes?: number;
}

/** A target without limits that takes every kernel: for `reference` and `host` without a board. */
export const HOST_TARGET: Target = { cpu: 'host', dsp: true, fpu: true };

export function targetOf(board: Board): Target {
  return {
    cpu: board.cpu,
    dsp: board.features.includes('dsp'),
    fpu: board.features.includes('fpu'),
    flashBytes: board.flashBytes,
    ramBytes: board.ramBytes,
  };
}
