import { describe, expect, it } from 'vitest';
import { assignMemories, findHome } from '../../src/plan/memories.ts';
import type { Assignment } from '../../src/plan/memories.ts';
import type { Buffer } from '../../src/plan/lifetimes.ts';
import { findOverlap } from '../../src/plan/plan.ts';
import { Random } from '../../src/support/random.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { ramRegions } from '../../src/target/target.ts';
import type { Region } from '../../src/target/target.ts';

const K = 1024;
const region = (name: string, bytes: number, rank: number, startsUp = true): Region => ({
  ...{ name, bytes, rank, startsUp },
});
const buffer = (name: string, bytes: number, first: number, last: number): Buffer => ({
  ...{ name, bytes, first, last, tensors: [] },
});
/** A chain of tensors, each alive at its own step and the next. */
const chain = (...bytes: number[]) => bytes.map((b, i) => buffer(`t${i}`, b, i - 1, i));

function overlapOf(buffers: readonly Buffer[], { regions, offsets }: Assignment) {
  const placements = buffers.map((b, i) => ({
    ...{ ...b, region: regions[i]!, offset: offsets[i]! },
  }));
  return findOverlap({ placements });
}

describe('buffers in several memories', () => {
  const memories = [region('fast', 64 * K, 0), region('slow', 128 * K, 1)];

  it('go into the fastest that holds them all', () => {
    const all = assignMemories(chain(30 * K, 20 * K, 10 * K), 0, memories, 2 * K);
    expect([...all.arenaBytes]).toEqual([['fast', 50 * K]]);
    expect(all.lacking).toBe(0);
  });

  it('fill the fastest first when it cannot hold them all', () => {
    const all = assignMemories(chain(60 * K, 100 * K, 50 * K), 0, memories, 2 * K);
    expect(all.regions).toEqual(['fast', 'slow', 'fast']);
    expect([...all.arenaBytes]).toEqual([
      ['fast', 60 * K],
      ['slow', 100 * K],
    ]);
    expect(all.lacking).toBe(0);
  });

  it('working memory goes into the fast one before tensors do', () => {
    const scratch = { ...buffer('scratch', 8 * K, 0, 0), scratchOf: [0] };
    const all = assignMemories([...chain(60 * K, 60 * K), scratch], 0, memories, 2 * K);
    expect(all.regions[2]).toBe('fast');
    expect(all.lacking).toBe(0);
  });

  it('leave room for data and stack in one memory that has a clock from the start', () => {
    const buffers = chain(64 * K, 128 * K);
    expect(assignMemories(buffers, 0, memories, 8).lacking).toBe(8);
    const dark = [...memories, region('third', 32 * K, 1, false)];
    expect(assignMemories(buffers, 0, dark, 8).lacking).toBe(8);
    const lit = [...memories, region('third', 32 * K, 1)];
    const all = assignMemories(buffers, 0, lit, 8);
    expect(all.lacking).toBe(0);
    expect(findHome(lit, all.arenaBytes, 8)?.name).toBe('third');
  });

  it('say how many bytes lack, and then lie where least lack', () => {
    const all = assignMemories(chain(100 * K, 100 * K, 10 * K), 0, memories, 0);
    expect(all.lacking).toBe(36 * K);
  });

  it('never overlap, and never leave a memory that they are said to fit (200 random cases)', () => {
    let spread = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const random = new Random(seed);
      const buffers = Array.from({ length: random.int(2, 40) }, (_, i) => {
        const first = random.int(0, 30);
        return buffer(`b${i}`, random.int(1, 5000), first, first + random.int(0, 8));
      });
      const some = Array.from({ length: random.int(1, 4) }, (_, i) =>
        region(`m${i}`, random.int(500, 9000), i >> 1, i === 0 || random.int(0, 1) === 1),
      );
      const work = random.int(0, 1000);
      const all = assignMemories(buffers, 0, some, work);
      expect(overlapOf(buffers, all), `seed ${seed}`).toBeUndefined();
      const inside = some.every(({ name, bytes }) => (all.arenaBytes.get(name) ?? 0) <= bytes);
      const home = findHome(some, all.arenaBytes, work);
      expect(all.lacking === 0, `seed ${seed}`).toBe(inside && home !== undefined);
      if (all.lacking === 0 && all.arenaBytes.size > 1) spread++;
    }
    expect(spread).toBeGreaterThan(20);
  });

  it.each([
    ['nucleo-h753zi', ['dtcm', 'axisram', 'sram4', 'sram123']],
    ['stm32f4-discovery', ['ccm', 'sram']],
    ['nucleo-l4r5zi', ['sram1', 'sram2', 'sram3']],
  ])('%s has its memories in the order of their speed', (name, order) => {
    expect(ramRegions(loadBoard(name)).map((m) => m.name)).toEqual(order);
  });
});
