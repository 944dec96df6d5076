import { withUsed } from '../ops/unit.ts';
import type { Unit } from '../ops/unit.ts';
import { InternalError } from '../support/diagnostics.ts';
import { readPackageFile } from '../support/package-files.ts';
import type { Cpu } from '../target/board.ts';

/** What a linked firmware takes beside its kernels, weights and structs; bytes on one core. */
export interface CoreSizes {
  readonly firmware: number;
  /** RAM of the firmware besides arena and stack. */
  readonly other: number;
  /** Stack of the inference above its deepest kernel. */
  readonly stack: number;
  /** A layer's function, and the inference's call of it. */
  readonly layer: number;
  /** Members of the compiler's library that go where another one is linked, which does their work, too. */
  readonly replaced: Readonly<Record<string, string>>;
}

/** A unit as it was measured: of which text, its code and stack by core, and what it calls. */
export interface UnitSizes {
  readonly contents: string;
  readonly code: Readonly<Partial<Record<Cpu, number>>>;
  readonly stack: Readonly<Partial<Record<Cpu, number>>>;
  /** Bytes of each member of the compiler's library that it brings in: soft float, divisions. */
  readonly library: Readonly<Partial<Record<Cpu, Readonly<Record<string, number>>>>>;
}

/** Written by scripts/measure-code-size.ts with arm-none-eabi-gcc. */
export interface SizeTable {
  readonly cores: Readonly<Record<Cpu, CoreSizes>>;
  readonly units: Readonly<Record<string, UnitSizes>>;
}

export const SIZES = JSON.parse(readPackageFile('codegen-templates/code-sizes.json')) as SizeTable;

/** Code bytes of a unit, without those that it calls. Throws InternalError when it was not measured. */
export function codeBytes(unit: Unit, cpu: Cpu): number {
  return measured(unit, cpu, 'code');
}

/** Bytes of the compiler's library that units bring in together. */
export function libraryBytes(units: readonly Unit[], cpu: Cpu): number {
  const members = units.flatMap(({ name }) =>
    Object.entries(SIZES.units[name]?.library[cpu] ?? {}),
  );
  const linked = new Map(members);
  const { replaced } = SIZES.cores[cpu];
  return [...linked]
    .filter(([member]) => !linked.has(replaced[member] ?? ''))
    .reduce((sum, [, bytes]) => sum + bytes, 0);
}

/** Stack bytes of a unit's function with what it calls. */
export function stackBytes(unit: Unit, cpu: Cpu): number {
  const [own, called] = [
    measured(unit, cpu, 'stack'),
    unit.uses.map((used) => stackBytes(used, cpu)),
  ];
  return own + Math.max(0, ...called);
}

/** Units once each, with those that they call, in the order of their names. */
export function distinctUnits(units: readonly Unit[]): Unit[] {
  const byName = new Map(units.flatMap(withUsed).map((unit) => [unit.name, unit]));
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function measured(unit: Unit, cpu: Cpu, what: 'code' | 'stack'): number {
  const bytes = SIZES.units[unit.name]?.[what][cpu];
  if (bytes !== undefined) return bytes;
  throw new InternalError(
    `the ${what} of ${unit.name} was never measured for ${cpu}: run scripts/measure-code-size.ts`,
  );
}
