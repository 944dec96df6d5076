import type { MemoryPlan, Placement } from '../plan/plan.ts';

/** What a memory holds of the buffers, as C has it. */
export interface Arena {
  /** Name of the memory. */
  readonly memory: string;
  readonly bytes: number;
  /** Name of the C array. */
  readonly name: string;
  /** The macro that can give the array a section. */
  readonly macro: string;
}

/** The arenas of a plan; one alone has no memory's name. */
export function arenasOf({ arenaBytes }: Pick<MemoryPlan, 'arenaBytes'>): Arena[] {
  return [...arenaBytes].map(([memory, bytes]) => {
    const suffix = arenaBytes.size > 1 ? `_${memory}` : '';
    const macro = `THIMBLE_ARENA${suffix.toUpperCase()}`;
    return { memory, bytes, name: `arena${suffix}`, macro };
  });
}

/** The address of a buffer as an expression of C; states have an array of their own. */
export function addressOf(
  arenas: readonly Arena[],
  { region, offset, state }: Pick<Placement, 'region' | 'offset' | 'state'>,
): string {
  if (state) return `&states[${offset}]`;
  return `&${arenas.find(({ memory }) => memory === region)!.name}[${offset}]`;
}

/** A pointer of C to what lies at an address of an arena, whose places are aligned for every type. */
export function pointerTo(ctype: string, address: string, constant: boolean): string {
  const qualifier = constant ? 'const ' : '';
  const bytes = ctype === 'int8_t' || ctype === 'uint8_t' ? '' : `(${qualifier}void *)`;
  return `(${qualifier}${ctype} *)${bytes}${address}`;
}
