import type { TypedNode } from '../../ir/types.ts';
import type { Window } from '../conv/geometry.ts';

/** What the name of a kernel, or of its unit, has for windows that leave out pixels; others do not multiply by a step of 1. */
export function dilatedName(dilated: boolean): string {
  return dilated ? '_dilated' : '';
}

/** Why a kernel for windows of one kind cannot take a node; undefined when it can. */
export function rejectDilation({ attrs }: TypedNode<Window>, dilated: boolean): string | undefined {
  if (attrs.dilation.some((step) => step !== 1) === dilated) return undefined;
  return dilated ? 'takes dilated windows' : 'takes windows without dilation';
}
