/** The shape of a window that a walk is made for. */
export interface Walk {
  readonly height: number;
  readonly width: number;
  readonly stride: readonly [number, number];
  /** A window of one column whose words lie in records of one word after another (nn_lines.h). */
  readonly line?: boolean;
}

/**
 * What a SMLAD multiplies: taps (top, top + 2) of a column, or two single taps, each met by one
 * SMLAxy. A word holds two, low half first; `tap` is ky * width + kx.
 */
export type TapPair = readonly [number | undefined, number | undefined];

/** 3x3 of stride 1 has a walk of its own, two rows at a time, which reads each column once. */
export function isRolled({ height, width, stride: [y, x] }: Walk): boolean {
  return height === 3 && width === 3 && y === 1 && x === 1;
}

/** Words that a record's channel holds: enough input rows for four output rows. */
export function wordsOf({ height, stride }: Walk): number {
  return Math.ceil((3 * stride[0] + height) / 4);
}

/** Words of a record's channel. */
export function recordWords(walk: Walk): number {
  return walk.line ? 1 : wordsOf(walk);
}

/**
 * Where a word keeps its rows: as SXTB16 makes pairs (0, 2) and (1, 3) of them, which windows of
 * stride 1 share, or pairs (0, 1) and (2, 3), the halves of windows of stride 2.
 */
export function rowOrder({ stride }: Walk): readonly number[] {
  return stride[0] === 2 ? [0, 2, 1, 3] : [0, 1, 2, 3];
}

/** First taps of the pairs of a column, and how far their second taps are. */
export function pairsOf({ height, stride }: Walk): { tops: number[]; step: number } {
  const step = stride[0] === 2 ? 1 : 2;
  return { tops: range(height).filter((t) => (t & step) === 0 && t + step < height), step };
}

/** Taps of a column that no pair holds. */
export function singleTaps(walk: Walk): number[] {
  const { tops, step } = pairsOf(walk);
  const paired = new Set(tops.flatMap((t) => [t, t + step]));
  return range(walk.height).filter((t) => !paired.has(t));
}

/** The words of weights, in the order in which they are stored: first each column's pairs. */
export function tapWords(walk: Walk): TapPair[] {
  const { width } = walk;
  const { tops, step } = pairsOf(walk);
  const pairs = range(width).flatMap((x) =>
    tops.map((t): TapPair => [t * width + x, (t + step) * width + x]),
  );
  const singles = range(width).flatMap((x) => singleTaps(walk).map((t) => t * width + x));
  for (let i = 0; i < singles.length; i += 2) pairs.push([singles[i], singles[i + 1]]);
  return pairs;
}

/**
 * For each tap, the byte that stores it. Two words of weights are a stored word: bytes 0 and 2,
 * then 1 and 3, as SXTB16 takes them.
 */
export function tapPlaces(walk: Walk): number[] {
  const places: number[] = [];
  tapWords(walk).forEach((pair, word) =>
    pair.forEach((tap, half) => {
      if (tap !== undefined) places[tap] = 4 * (word >> 1) + (word & 1) + 2 * half;
    }),
  );
  return places;
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
