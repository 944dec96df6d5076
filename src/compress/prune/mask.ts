import type { Layer } from './layer.ts';

export const PATTERNS = ['unstructured', 'blocks'] as const;
/** Single weights, or blocks of them: four channels by two taps of a convolution, eight outputs by one input. */
export type Pattern = (typeof PATTERNS)[number];

/** Which weights of a layer stay: 1 for those, [rows][columns]. */
export type Mask = Uint8Array;

/**
 * Keeps the `count` weights of a mask whose loss would cost most, blocks as a whole. Places that the mask
 * leaves out stay out; ties go to the first.
 */
export function strongest(
  layer: Layer,
  pattern: Pattern,
  {
    scores,
    mask,
    count,
  }: { readonly scores: Float64Array; readonly mask: Mask; readonly count: number },
): Mask {
  const places = blocksOf(layer, pattern)
    .map((block) => block.filter((i) => mask[i]))
    .filter((block) => block.length > 0);
  const worth = Float64Array.from(
    places,
    (block) => block.reduce((sum, i) => sum + scores[i]!, 0) / block.length,
  );
  const order = Array.from(places.keys()).sort((a, b) => worth[b]! - worth[a]! || a - b);
  const kept = new Uint8Array(mask.length);
  let left = count;
  for (const i of order) {
    if (left < places[i]!.length / 2) break;
    left -= places[i]!.length;
    for (const place of places[i]!) kept[place] = 1;
  }
  return kept;
}

// The places of each block of weights, of one weight each where there are no blocks.
function blocksOf(layer: Layer, pattern: Pattern): number[][] {
  const { rows, columns, blocks } = layer;
  if (pattern === 'unstructured') return Array.from({ length: rows * columns }, (_, i) => [i]);
  const groups = Array.from({ length: Math.ceil(rows / blocks.height) }, (_, group) =>
    Array.from({ length: blocks.height }, (_row, i) => group * blocks.height + i),
  );
  return groups.flatMap((group) =>
    blocks.columns.map((across) =>
      group
        .filter((row) => row < rows)
        .flatMap((row) => across.map((column) => row * columns + column)),
    ),
  );
}

/**
 * How much the error of a layer grows without each weight, the others as they are, each row as far as it is
 * active (Sun et al., "A simple and effective pruning approach", 2024).
 */
export function magnitudes(
  { weights, columns }: Layer,
  power: Float64Array,
  activity: Float64Array,
): Float64Array {
  return weights.map(
    (weight, i) => activity[Math.floor(i / columns)]! * weight * weight * power[i % columns]!,
  );
}

export function countKept(mask: Mask): number {
  let count = 0;
  for (const kept of mask) count += kept;
  return count;
}
