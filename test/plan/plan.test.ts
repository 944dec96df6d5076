import { describe, expect, it } from 'vitest';
import { lower } from '../../src/lower/lower.ts';
import { findOverlap } from '../../src/plan/plan.ts';
import { place } from '../../src/plan/place.ts';
import type { Buffer } from '../../src/plan/lifetimes.ts';
import { select } from '../../src/select/select.ts';
import { HOST_TARGET } from '../../src/target/target.ts';
import { Random } from '../../src/support/random.ts';
import { smallNetwork } from '../support/small-model.ts';

function randomBuffers(seed: number): Buffer[] {
  const random = new Random(seed);
  return Array.from({ length: random.int(2, 40) }, (_, i) => {
    const first = random.int(0, 30);
    return {
      name: `b${i}`,
      tensors: [i],
      bytes: random.int(1, 5000),
      first,
      last: first + random.int(0, 8),
    };
  });
}

const planOf = (buffers: readonly Buffer[], offsets: readonly number[]) => ({
  segments: [],
  placements: buffers.map((buffer, i) => ({ ...buffer, region: 'sram', offset: offsets[i]! })),
});

describe('placement', () => {
  it('never overlaps what lives at the same time (200 random plans)', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const buffers = randomBuffers(seed);
      const { offsets } = place(buffers, 0);
      expect(findOverlap(planOf(buffers, offsets)), `seed ${seed}`).toBeUndefined();
      expect(offsets.every((offset) => offset % 4 === 0)).toBe(true);
    }
  });

  it('the checker finds an overlap that is put there', () => {
    const buffers = randomBuffers(1)
      .slice(0, 2)
      .map((b) => ({ ...b, first: 0, last: 1 }));
    expect(findOverlap(planOf(buffers, [0, buffers[0]!.bytes - 1]))).toBeDefined();
  });

  it('works in place and meets the lower bound on a small network', () => {
    const { plan } = select(lower(smallNetwork(), HOST_TARGET), HOST_TARGET);
    expect([...plan.arenaBytes.values()]).toEqual([plan.lowerBound]);
    // The sum takes over one of its operands; flat and pooled are one buffer.
    const shared = plan.placements.filter(({ tensors }) => tensors.length > 1);
    expect(shared.length).toBeGreaterThanOrEqual(2);
  });
});
