import { alignUp } from '../support/bytes.ts';
import { Random } from '../support/random.ts';
import { byChains } from './chains.ts';
import { ALIGNMENT, Filled } from './filled.ts';
import type { Buffer } from './lifetimes.ts';

/** A memory to place buffers in. */
export interface Space {
  /** Bytes; Infinity: no limit. */
  readonly capacity: number;
  /** 0 is fastest. */
  readonly rank: number;
}

export interface Placing {
  /** Each buffer's space, by number, and its offset there. */
  readonly spaces: readonly number[];
  readonly offsets: readonly number[];
  /** Bytes taken of each space. */
  readonly totals: readonly number[];
  /** Bytes beyond the capacities. */
  readonly excess: number;
}

/** Tries of the local search: so many, but no more work than this many pairs of buffers. */
const TRIES = 300;
const PAIRS = 4e6;
/** A kernel goes through its working memory for each row or so, through a tensor a few times. */
const SCRATCH_PASSES = 8;

/**
 * Offsets of buffers in one or several spaces. First fit in several orders (Pisarchyk & Lee,
 * "Efficient memory management for deep neural net inference", 2020: by size; by size within time),
 * each buffer in the first space with room, then a seeded local search that swaps places in the best
 * order. Best is what lacks least, then what is read least in slow spaces, then what is smallest; the
 * search ends at `lowerBound`.
 */
export function place(
  buffers: readonly Buffer[],
  lowerBound: number,
  spaces: readonly Space[] = [{ capacity: Infinity, rank: 0 }],
): Placing {
  const indices = buffers.map((_, i) => i);
  const by = (key: (buffer: Buffer) => number) =>
    [...indices].sort((a, b) => key(buffers[b]!) - key(buffers[a]!) || a - b);
  const orders = [
    by((b) => b.bytes),
    by((b) => b.bytes * (b.last - b.first + 1)),
    by((b) => b.last - b.first),
    indices,
    ...(buffers.some(({ behind }) => behind) ? [byChains(buffers)] : []),
    ...(spaces.length > 1 ? [by(trafficOf)] : []),
  ];
  const least = [0, 0, alignUp(lowerBound, ALIGNMENT)];
  let best = firstFit(buffers, orders[0]!, spaces);
  for (let i = 1; i < orders.length && compare(best, { score: least }) > 0; i++) {
    const next = firstFit(buffers, orders[i]!, spaces);
    if (compare(next, best) < 0) best = next;
  }
  const random = new Random(1);
  const tries = Math.min(TRIES, Math.floor(PAIRS / buffers.length ** 2));
  for (let i = 0; i < tries && indices.length > 1 && compare(best, { score: least }) > 0; i++) {
    const next = firstFit(buffers, neighbour(best, buffers, random), spaces);
    if (compare(next, best) <= 0) best = next;
  }
  return best;
}

// Another order: two buffers swap places, or one that reaches the end comes earlier.
function neighbour(
  { order, offsets, spaces, totals }: Fit,
  buffers: readonly Buffer[],
  random: Random,
) {
  const next = [...order];
  const [a, b] = [random.int(0, order.length - 1), random.int(0, order.length - 1)];
  if (random.chance(0.5)) {
    [next[a], next[b]] = [next[b]!, next[a]!];
    return next;
  }
  const last = order.filter((i) => offsets[i]! + buffers[i]!.bytes === totals[spaces[i]!]);
  const from = order.indexOf(last[a % last.length]!);
  next.splice(b % (from + 1), 0, ...next.splice(from, 1));
  return next;
}

interface Fit extends Placing {
  readonly order: readonly number[];
  readonly score: readonly number[];
}

function compare(a: Pick<Fit, 'score'>, b: Pick<Fit, 'score'>): number {
  const i = a.score.findIndex((value, k) => value !== b.score[k]);
  return i < 0 ? 0 : a.score[i]! - b.score[i]!;
}

// Puts each buffer, in the given order, into the first space with a gap between those alive at the
// same time; one that has room nowhere goes where it reaches the least beyond the end.
function firstFit(
  buffers: readonly Buffer[],
  order: readonly number[],
  spaces: readonly Space[],
): Fit {
  const chosen = buffers.map(() => 0);
  const totals = spaces.map(() => 0);
  const filled = spaces.map(() => new Filled());
  const offsets = buffers.map(() => 0);
  for (const index of order) {
    const buffer = buffers[index]!;
    const gaps = filled.map((each) => each.lowestGap(buffer));
    const beyond = gaps.map((gap, i) => Math.max(0, gap + buffer.bytes - spaces[i]!.capacity));
    const space = beyond.indexOf(Math.min(...beyond));
    const offset = gaps[space]!;
    offsets[index] = offset;
    chosen[index] = space;
    totals[space] = Math.max(totals[space]!, offset + buffer.bytes);
    filled[space]!.add(buffer, offset);
  }
  const excess = spaces.reduce((n, { capacity }, i) => n + Math.max(0, totals[i]! - capacity), 0);
  const slow = buffers.reduce((n, b, i) => n + trafficOf(b) * spaces[chosen[i]!]!.rank, 0);
  const score = [excess, slow, totals.reduce((a, b) => a + b, 0)];
  return { order, offsets, spaces: chosen, totals, excess, score };
}

// Bytes that go to and from a buffer, in proportion.
function trafficOf({ bytes, scratchOf }: Buffer): number {
  return bytes * (scratchOf === undefined ? 1 : SCRATCH_PASSES);
}
