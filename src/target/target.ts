import type { Board, Cpu, Memory } from './board.ts';
import { SPEEDS } from './board-file.ts';

/** A memory as planners see it. */
export interface Region {
  readonly name: string;
  readonly bytes: number;
  /** 0 is fastest. */
  readonly rank: number;
  /** Data and stack may lie there: it has a clock from the start. */
  readonly startsUp: boolean;
}

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
  /** Flash in pieces, the one with the vectors first; undefined: one without end. */
  readonly flash?: readonly Region[];
  /** RAM in pieces, fastest first; undefined: one without end. */
  readonly ram?: readonly Region[];
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
    flash: flashRegions(board),
    ram: ramRegions(board),
  };
}

/** A board's flash as planners see it, in the order of the board's list: the first has the vectors. */
export function flashRegions({ memory }: Pick<Board, 'memory'>): Region[] {
  return memory.filter(({ kind }) => kind === 'flash').map(regionOf);
}

/** A board's RAM as planners see it, fastest first, among equals in the order of the board's list. */
export function ramRegions({ memory }: Pick<Board, 'memory'>): Region[] {
  const regions = memory.filter(({ kind }) => kind === 'ram').map(regionOf);
  return regions.sort((a, b) => a.rank - b.rank);
}

function regionOf({ name, size, speed, clock }: Memory): Region {
  return { name, bytes: size, rank: SPEEDS.indexOf(speed), startsUp: clock === 'reset' };
}
