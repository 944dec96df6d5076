import { tensorOf } from '../ir/graph.ts';
import { fullestStep, liveBytes } from '../plan/live-bytes.ts';
import { FIRMWARE_BYTES } from '../plan/memories.ts';
import type { Placement } from '../plan/plan.ts';
import { stepsOf } from '../plan/segments.ts';
import type { Program } from '../pipeline.ts';

/** Where a plan is fullest, and why. */
export interface PeakReport {
  /** Bytes of arenas alive there: no placement can take less. */
  readonly bytes: number;
  /** The layers that are computed there: one, or a run that goes row by row; none before the first and after the last. */
  readonly layers: readonly number[];
  /** What is alive there, largest first. */
  readonly tensors: readonly {
    readonly tensor: string;
    readonly bytes: number;
    readonly ring: number | null;
  }[];
  /** What would lower the RAM most, at most three. */
  readonly changes: readonly ChangeReport[];
}

/** Another plan, or a tensor of half the size, fewer bytes of RAM, and more cycles, where they are known. */
export interface ChangeReport {
  readonly change: 'plan' | 'tensor';
  /** The option that asks for the plan, or the tensor. */
  readonly name: string;
  readonly saves: number;
  readonly cycles: number | null;
}

type Planned = Pick<Program, 'plan' | 'schedule'>;

const MOST_CHANGES = 3;

export function peakReport(program: Program): PeakReport {
  const { plan } = program;
  const buffers = plan.placements.filter(({ state }) => !state);
  const { step, bytes } = fullestStep(buffers);
  const alive = buffers
    .filter(({ first, last }) => first <= step && step <= last)
    .sort((a, b) => b.bytes - a.bytes);
  const segment = plan.segments.map(stepsOf).find((steps) => {
    return steps[0]!.index <= step && step <= steps.at(-1)!.index;
  });
  const changes = smallestPlan(program);
  for (const buffer of alive.filter(({ tensors }) => tensors.length > 0)) {
    // No smaller one saves more than half of itself.
    if ((changes[MOST_CHANGES - 1]?.saves ?? 0) >= Math.floor(buffer.bytes / 2)) break;
    changes.push(halved(buffer, buffers, bytes));
    changes.sort((a, b) => b.saves - a.saves);
  }
  return {
    bytes,
    layers: (segment ?? []).map(({ index }) => index),
    tensors: alive.map((buffer) => ({
      ...{ tensor: buffer.name, bytes: buffer.bytes },
      ring: ringOf(program, buffer),
    })),
    changes: changes.filter(({ saves }) => saves > 0).slice(0, MOST_CHANGES),
  };
}

/** Rows that a buffer holds of a tensor with more of them; null for what is whole. */
export function ringOf({ plan, schedule }: Planned, { tensors: [id] }: Placement): number | null {
  if (id === undefined) return null;
  const rings = plan.segments.flatMap((segment) => (segment.kind === 'rows' ? segment.rings : []));
  const rows = rings.find((ring) => ring.has(id))?.get(id);
  return rows === undefined || rows >= tensorOf(schedule.graph, id).shape[1]! ? null : rows;
}

function smallestPlan({ trade, estimate }: Program): ChangeReport[] {
  const least = trade().find(({ best, taken, fits }) => best.includes('ram') && !taken && fits);
  if (!least) return [];
  const { cycles, ram } = least.estimate;
  const limit = ram.arena + ram.state + ram.stack + FIRMWARE_BYTES;
  return [
    {
      ...{ change: 'plan', name: `--ram ${limit}` },
      saves: estimate.ram.total - ram.total,
      cycles: Math.round(cycles - estimate.cycles),
    },
  ];
}

// What is left when the others are where they are: another step may be the fullest then.
function halved(buffer: Placement, buffers: readonly Placement[], before: number): ChangeReport {
  const bytes = Math.ceil(buffer.bytes / 2);
  const after = liveBytes(buffers.map((each) => (each === buffer ? { ...buffer, bytes } : each)));
  return { change: 'tensor', name: buffer.name, saves: before - after, cycles: null };
}
