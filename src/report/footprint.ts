import { readFileSync } from 'node:fs';
import type { Built } from '../build/firmware.ts';
import { chooseRam, FIRMWARE_BYTES } from '../codegen/firmware.ts';
import type { Program } from '../pipeline.ts';
import type { Board } from '../target/board.ts';
import type { Footprint } from './report.ts';

/** Measured by scripts/measure-code-size.ts with arm-none-eabi-gcc; bytes by core. */
interface CodeSizes {
  readonly firmware: number;
  /** RAM of the firmware besides arena and stack. */
  readonly other: number;
  /** Stack of the inference above its deepest kernel. */
  readonly stack: number;
  /** A layer's function, and the inference's call of it. */
  readonly layer: number;
  readonly structs: Readonly<Record<string, number>>;
  readonly units: Readonly<Record<string, number>>;
  readonly stacks: Readonly<Record<string, number>>;
}

const SIZES = JSON.parse(
  readFileSync(new URL('../../codegen-templates/code-sizes.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, CodeSizes>>;

/** The footprint before any C compiler has run, from measured sizes of the runtime's parts. */
export function predictFootprint(program: Program): Footprint {
  const { library, schedule, target } = program;
  const sizes = SIZES[target.cpu] ?? SIZES['cortex-m4']!;
  const unitBytes = library.units.reduce((sum, { file }) => sum + (sizes.units[file] ?? 600), 0);
  const calls = schedule.steps.flatMap(({ code }) => code.calls);
  const layers = calls.reduce(
    (sum, { struct }) => sum + sizes.layer + (sizes.structs[struct] ?? 64),
    0,
  );
  const code = sizes.firmware + unitBytes + layers;
  const weights = library.weightBytes;
  const { arenaBytes } = library;
  const stack =
    sizes.stack + Math.max(0, ...library.units.map(({ file }) => sizes.stacks[file] ?? 200));
  return {
    flash: { weights, code, total: weights + code },
    ram: {
      arena: arenaBytes,
      other: sizes.other,
      stack,
      total: arenaBytes + sizes.other + stack,
    },
  };
}

/** The footprint of a linked firmware; `stackBytes` measured by painting, or bounded. */
export function linkedFootprint(
  program: Program,
  { facts, stackBound }: Built,
  stackBytes = stackBound,
): Footprint {
  const size = (...names: string[]) =>
    facts.sections.filter(({ name }) => names.includes(name)).reduce((sum, s) => sum + s.size, 0);
  const total = size('.vectors', '.text', '.rodata', '.ARM.exidx', '.data');
  const arena = program.library.arenaBytes;
  const other = size('.data', '.bss');
  const weights = program.library.weightBytes;
  return {
    flash: { weights, code: total - weights, total },
    ram: { arena, other, stack: stackBytes, total: arena + other + stackBytes },
  };
}

/**
 * Whether a footprint fits a board: within the limits, the arena within one memory, and room for the
 * test firmware's own data and frames.
 */
export function fitsBoard({ flash, ram }: Footprint, board: Board): boolean {
  const needed = ram.arena + ram.stack + FIRMWARE_BYTES;
  const placed = chooseRam(board, ram.arena, ram.stack) !== undefined;
  return flash.total <= board.flashBytes && needed <= board.ramBytes && placed;
}
