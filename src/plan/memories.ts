import type { Region } from '../target/target.ts';
import { alignUp } from '../support/bytes.ts';
import { place } from './place.ts';
import type { Placing, Space } from './place.ts';
import type { Buffer } from './lifetimes.ts';

/** Where each buffer lies, and what it costs. */
export interface Assignment {
  /** Name of each buffer's memory. */
  readonly regions: readonly string[];
  readonly offsets: readonly number[];
  /** Bytes taken of each memory that is used, fastest first: whole doublewords. */
  readonly arenaBytes: ReadonlyMap<string, number>;
  /** Bytes that found no room: 0 when it fits. */
  readonly lacking: number;
}

/**
 * RAM of the test firmware besides the arenas and the inference's stack, at most: its own variables,
 * its frames below the inference and those of printing, an exception's frame.
 */
export const FIRMWARE_BYTES = 512;

const DOUBLEWORD = 8;

/** What holds the buffers where no board is named. */
const ENDLESS: readonly Region[] = [{ name: 'sram', bytes: Infinity, rank: 0, startsUp: true }];

/**
 * Spreads buffers over memories, fastest first. One of the fastest takes them all where it can; then
 * they fill the memories in their order, what is used most first. `workBytes` of data and stack need
 * room in one memory, too.
 */
export function assignMemories(
  buffers: readonly Buffer[],
  lowerBound: number,
  memories: readonly Region[] = ENDLESS,
  workBytes = 0,
): Assignment {
  const judged = (taken: readonly Region[], placing: Placing): Assignment => {
    const arenaBytes = arenasOf(taken, placing);
    const regions = placing.spaces.map((space) => taken[space]!.name);
    const lacking = lackingOf(arenaBytes, memories, workBytes);
    return { regions, offsets: placing.offsets, arenaBytes, lacking };
  };
  const together = place(buffers, lowerBound);
  const inOne = memories.map((memory) => judged([memory], together));
  const fastest = inOne.filter((_, i) => memories[i]!.rank === memories[0]!.rank);
  const whole = fastest.find(({ lacking }) => lacking === 0);
  if (whole ?? memories.length === 1) return whole ?? inOne[0]!;
  const spread = memories
    .filter(({ startsUp }) => startsUp)
    .map((home) => {
      const left = memories.map((m) => (m === home ? { ...m, bytes: m.bytes - workBytes } : m));
      return judged(memories, place(buffers, lowerBound, left.map(spaceOf)));
    });
  return [...spread, ...inOne].reduce((a, b) => (b.lacking < a.lacking ? b : a));
}

/** The memory for data and stack: the fastest with so many bytes beside its arena. */
export function findHome<M extends Region>(
  memories: readonly M[],
  arenaBytes: ReadonlyMap<string, number>,
  bytes: number,
): M | undefined {
  return memories.find((m) => m.startsUp && beyond(m, arenaBytes, bytes) === 0);
}

/** Bytes of arenas beyond their memories, and of data and stack beyond what is left of any. */
export function lackingOf(
  arenaBytes: ReadonlyMap<string, number>,
  memories: readonly Region[],
  workBytes: number,
): number {
  const work = memories
    .filter(({ startsUp }) => startsUp)
    .map((m) => beyond(m, arenaBytes, workBytes) - beyond(m, arenaBytes));
  return memories.reduce((sum, m) => sum + beyond(m, arenaBytes), Math.min(...work));
}

function arenasOf(memories: readonly Region[], { spaces, totals }: Placing) {
  const arenas = memories.map(({ name }, i) => [name, alignUp(totals[i]!, DOUBLEWORD)] as const);
  return new Map(arenas.filter((_, i) => memories.length === 1 || spaces.includes(i)));
}

function spaceOf({ bytes, rank }: Region): Space {
  return { capacity: Math.max(0, Math.floor(bytes / DOUBLEWORD) * DOUBLEWORD), rank };
}

function beyond({ name, bytes }: Region, arenaBytes: ReadonlyMap<string, number>, more = 0) {
  return Math.max(0, (arenaBytes.get(name) ?? 0) + more - bytes);
}
