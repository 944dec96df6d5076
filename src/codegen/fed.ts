import { byteLength } from '../ir/types.ts';
import { fedInput, placementOf } from '../plan/plan.ts';
import type { MemoryPlan } from '../plan/plan.ts';
import { addressOf, arenasOf, pointerTo } from './arenas.ts';
import { ctypeOf } from './literals.ts';
import { runName } from './sequence.ts';

/** What the templates print of an input that comes row by row; undefined where it comes as a whole. */
export function fedView(plan: MemoryPlan) {
  const fed = fedInput(plan);
  if (!fed) return undefined;
  const { tensor, segment } = fed;
  const rows = tensor.shape[1]!;
  const held = segment.rings.get(tensor.id)!;
  const ctype = ctypeOf(tensor.dtype);
  const pointer = pointerTo(ctype, addressOf(arenasOf(plan), placementOf(plan, tensor.id)), false);
  const rowBytes = byteLength(tensor) / rows;
  const row = held < rows ? `nn_ring_row(fed.input, ${held})` : 'fed.input';
  const elements = tensor.shape.slice(2).reduce((a, b) => a * b, 1);
  return {
    rows,
    rowBytes,
    ctype,
    run: runName(segment),
    place: `${pointer} + ${row} * ${elements}`,
  };
}
