import type { TypedNode } from '../../ir/types.ts';
import type { Window } from '../conv/geometry.ts';

/** The axis of units of pools whose windows leave out pixels: the usual ones do not multiply by a step of 1. */
export const DILATED_AXIS = { false: '', true: '_dilated' } as const;

export function isDilated({ attrs }: TypedNode<Window>): boolean {
  return attrs.dilation.some((step) => step !== 1);
}
