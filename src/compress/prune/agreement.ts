import { argmax } from '../../ir/reals.ts';
import type { Value } from '../../ir/types.ts';
import type { Values } from './run.ts';

/** How often the largest of a network's outputs is the same one. */
export interface Agreement {
  readonly same: number;
  readonly of: number;
}

/** Null where an output has no largest one of several. */
export function agreementOf(wanted: Values, found: Values): Agreement | null {
  if ((wanted[0]?.data.length ?? 0) < 2) return null;
  const same = wanted.filter((value, i) => best(value) === best(found[i]!)).length;
  return { same, of: wanted.length };
}

/** The share of answers that are others: the very number that 1 of 200 is written as, 0.005. */
export function changedShare({ same, of }: Agreement): number {
  return (of - same) / of;
}

function best({ data }: Value): number {
  return argmax(data);
}
