import { describeRemoval } from '../passes/shrink/removals.ts';
import type { Removal } from '../passes/shrink/removals.ts';
import { shorten } from '../support/identifiers.ts';
import { formatCount } from './table.ts';

interface Removed {
  readonly macs: number;
  readonly modelMacs: number;
  readonly removed: readonly Removal[];
}

/** What was taken out of a model and why, as people read it, a line a layer; nothing for nothing. */
export function describeRemoved({ macs, modelMacs, removed }: Removed): string[] {
  if (removed.length === 0) return [];
  const share = ((100 * macs) / modelMacs).toFixed(0);
  return [
    `${formatCount(macs)} of ${formatCount(modelMacs)} MACs (${share}%) are computed; no output depends on the others:`,
    ...removed.map((layer) => `  ${layer.op} ${shorten(layer.name)}: ${describeRemoval(layer)}`),
    '',
  ];
}
