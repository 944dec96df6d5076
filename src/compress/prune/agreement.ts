import type { Values } from './run.ts';

/** How often the largest of a network's outputs is the same one. */
export interface Agreement {
  readonly same: number;
  readonly of: number;
}

/** Null where an output has no largest one of several. */
export function agreementOf(wanted: Values, found: Values): Agreement | null {
  if ((wanted[0]?.data.length ?? 0) < 2) return null;
  const same = wanted.filter((value, i) => largest(value.data) === largest(found[i]!.data)).length;
  return { same, of: wanted.length };
}

function largest(data: Values[number]['data']): number {
  let best = 0;
  for (let i = 1; i < data.length; i++) if (data[i]! > data[best]!) best = i;
  return best;
}
