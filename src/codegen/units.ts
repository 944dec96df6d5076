import { declare, withInner } from '../ops/struct.ts';
import type { Struct } from '../ops/struct.ts';
import type { Unit } from '../ops/unit.ts';
import { sha256 } from '../support/bytes.ts';
import { assert } from '../support/diagnostics.ts';
import { readTemplate, renderUnit } from './render.ts';

/** Where a unit lies in the output folder. */
export function fileOf({ name, language }: Unit): string {
  return `runtime/${name}.${language === 's' ? 'S' : 'c'}`;
}

/** A unit's files and their text: an assembly file, and its twin. */
export function filesOf(unit: Unit): readonly (readonly [string, string])[] {
  const { twin, name } = unit;
  const file = [fileOf(unit), renderUnit(unit)] as const;
  if (twin === undefined) return [file];
  return [file, [`runtime/${name}_portable.c`, renderUnit({ ...unit, template: twin })]];
}

/** What nn_kernels.h prints of some units. */
export function kernelsView(units: readonly Unit[]) {
  const structs = new Map<string, Struct>();
  for (const each of units.flatMap((unit) => unit.structs.flatMap(withInner))) {
    const known = structs.get(each.name);
    assert(!known || same(known, each), `two structs are named ${each.name}`);
    if (!known) structs.set(each.name, each);
  }
  return {
    structs: [...structs.values()].map(({ name, comment, members }) => ({
      ...{ name, comment },
      members: Object.entries(members).map(([member, type]) => declare(member, type)),
    })),
    opaque: [...new Set(units.flatMap(({ opaque = [] }) => opaque))].sort(),
    prototypes: units.map(({ prototype }) => prototype),
  };
}

function same(a: Struct, b: Struct): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** A hash of a unit's text and of the headers that it includes: what its measured sizes hang on. */
export function contentsOf(unit: Unit): string {
  const headers = ['nn.h', ...unit.headers].map((header) => readTemplate(`runtime/${header}`));
  const structs = kernelsView([unit]);
  const text = [...filesOf(unit).map(([, each]) => each), ...headers, JSON.stringify(structs)].join(
    '\n',
  );
  return sha256(new TextEncoder().encode(text)).slice(0, 16);
}
