import type { MemoryPlan, Placement } from '../plan/plan.ts';
import { arenasOf } from './arenas.ts';

/** Bytes of an arena, as C has it. */
export interface Stretch {
  readonly address: string;
  readonly bytes: number;
}

/** What a test build does with memory that nobody uses. */
export interface Poisoning {
  /** Filled before the first layer: all but what the application has written. */
  readonly start: readonly Stretch[];
  /** After each call, by the step that it ends with. */
  after(
    first: number,
    last: number,
  ): {
    /** Used by nobody while the steps ran: still poisoned, or something wrote where it may not. */
    readonly untouched: readonly Stretch[];
    /** Not needed any more, or not yet written: filled, so that a read of it is seen. */
    readonly unused: readonly Stretch[];
  };
}

export function poisoningOf(plan: MemoryPlan): Poisoning {
  return {
    start: stretchesWithout(plan, ({ first, last }) => first === -1 && last >= 0),
    after: (from, to) => ({
      untouched: stretchesWithout(plan, ({ first, last }) => first <= to && last >= from),
      unused: stretchesWithout(plan, ({ first, last }) => first <= to && last > to),
    }),
  };
}

// What is left of the arenas when some buffers are taken away.
function stretchesWithout(plan: MemoryPlan, isUsed: (each: Placement) => boolean): Stretch[] {
  return arenasOf(plan).flatMap(({ memory, name, bytes }) => {
    const used = plan.placements
      .filter((each) => !each.state && each.region === memory && isUsed(each))
      .sort((a, b) => a.offset - b.offset);
    const stretches: Stretch[] = [];
    let free = 0;
    for (const { offset, bytes: length } of [...used, { offset: bytes, bytes: 0 }]) {
      if (offset > free) stretches.push({ address: `&${name}[${free}]`, bytes: offset - free });
      free = Math.max(free, offset + length);
    }
    return stretches;
  });
}
