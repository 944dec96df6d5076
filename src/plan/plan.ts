import type { TensorId } from '../ir/types.ts';
import type { Schedule } from '../lower/lower.ts';
import { assert } from '../support/diagnostics.ts';
import { findBuffers } from './lifetimes.ts';
import type { Buffer } from './lifetimes.ts';
import { place } from './place.ts';

export interface Placement extends Buffer {
  /** The memory region it lies in; one arena so far. */
  readonly region: string;
  readonly offset: number;
}

export interface MemoryPlan {
  readonly placements: readonly Placement[];
  readonly arenaBytes: ReadonlyMap<string, number>;
  /** The largest sum of bytes alive at one step: no placement can take less. */
  readonly lowerBound: number;
}

const REGION = 'sram';

/** Places every tensor and scratch buffer in the arena. */
export function planMemory(schedule: Schedule): MemoryPlan {
  const buffers = findBuffers(schedule);
  const lowerBound = liveBytes(buffers);
  const offsets = place(buffers, lowerBound);
  const placements = buffers.map((buffer, i) => ({
    ...buffer,
    region: REGION,
    offset: offsets[i]!,
  }));
  const bytes = Math.max(0, ...placements.map(({ offset, bytes }) => offset + bytes));
  const plan = { placements, arenaBytes: new Map([[REGION, bytes]]), lowerBound };
  const overlap = findOverlap(plan);
  assert(!overlap, `the plan overlaps: "${overlap?.[0].name}" and "${overlap?.[1].name}"`);
  return plan;
}

/** Two buffers that are alive at the same step and share a byte: checks any plan, trusts no planner. */
export function findOverlap(plan: MemoryPlan): readonly [Placement, Placement] | undefined {
  for (const [i, a] of plan.placements.entries()) {
    for (const b of plan.placements.slice(i + 1)) {
      const inTime = a.first <= b.last && b.first <= a.last;
      const inSpace = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
      if (a.region === b.region && inTime && inSpace) return [a, b];
    }
  }
  return undefined;
}

/** Where a tensor lies. */
export function placementOf(plan: MemoryPlan, tensor: TensorId): Placement {
  const placement = plan.placements.find(({ tensors }) => tensors.includes(tensor));
  assert(placement, `tensor %${tensor} has no place`);
  return placement;
}

function liveBytes(buffers: readonly Buffer[]): number {
  const steps = new Set(buffers.map(({ first }) => first));
  return Math.max(
    0,
    ...[...steps].map((step) =>
      buffers.reduce((sum, b) => sum + (b.first <= step && step <= b.last ? b.bytes : 0), 0),
    ),
  );
}
