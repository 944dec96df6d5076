import { alignUp } from '../support/bytes.ts';
import { Random } from '../support/random.ts';
import type { Buffer } from './lifetimes.ts';

const ALIGNMENT = 4;
const TRIES = 200;

/**
 * Offsets of buffers in one arena. First fit in several orders (Pisarchyk & Lee, "Efficient memory
 * management for deep neural net inference", 2020: by size; by size within time), then a seeded
 * local search that swaps places in the best order, until `lowerBound` is met.
 */
export function place(buffers: readonly Buffer[], lowerBound: number): number[] {
  const indices = buffers.map((_, i) => i);
  const by = (key: (buffer: Buffer) => number) =>
    [...indices].sort((a, b) => key(buffers[b]!) - key(buffers[a]!) || a - b);
  const orders = [
    by((b) => b.bytes),
    by((b) => b.bytes * (b.last - b.first + 1)),
    by((b) => b.last - b.first),
    indices,
  ];
  let best = orders
    .map((order) => firstFit(buffers, order))
    .reduce((a, b) => (b.total < a.total ? b : a));
  const random = new Random(1);
  for (
    let i = 0;
    i < TRIES && best.total > alignUp(lowerBound, ALIGNMENT) && indices.length > 1;
    i++
  ) {
    const order = [...best.order];
    const [a, b] = [random.int(0, order.length - 1), random.int(0, order.length - 1)];
    [order[a], order[b]] = [order[b]!, order[a]!];
    const next = firstFit(buffers, order);
    if (next.total <= best.total) best = next;
  }
  return best.offsets;
}

interface Fit {
  readonly order: readonly number[];
  readonly offsets: number[];
  readonly total: number;
}

// Puts each buffer, in the given order, into the lowest gap between those alive at the same time.
function firstFit(buffers: readonly Buffer[], order: readonly number[]): Fit {
  const offsets = buffers.map(() => 0);
  const placed: number[] = [];
  let total = 0;
  for (const index of order) {
    const buffer = buffers[index]!;
    const rivals = placed
      .filter(
        (other) => buffers[other]!.first <= buffer.last && buffer.first <= buffers[other]!.last,
      )
      .sort((a, b) => offsets[a]! - offsets[b]!);
    let offset = 0;
    for (const rival of rivals) {
      if (offsets[rival]! >= offset + buffer.bytes) break;
      offset = Math.max(offset, alignUp(offsets[rival]! + buffers[rival]!.bytes, ALIGNMENT));
    }
    offsets[index] = offset;
    placed.push(index);
    total = Math.max(total, offset + buffer.bytes);
  }
  return { order, offsets, total };
}
