import type { Tensor, TensorId, TypedNode } from '../ir/types.ts';
import { rowRuleOf } from '../lower/rows.ts';
import type { Schedule, Step } from '../lower/schedule.ts';
import { wholeLayout } from '../ops/kernel.ts';
import type { Layout } from '../ops/kernel.ts';
import { rowNode } from '../ops/rows.ts';
import type { Region } from '../target/target.ts';
import { assert } from '../support/diagnostics.ts';
import { memoise } from '../support/memoise.ts';
import { clearance, findBuffers } from './lifetimes.ts';
import type { Buffer } from './lifetimes.ts';
import { liveBytes } from './live-bytes.ts';
import { assignMemories } from './memories.ts';
import { place } from './place.ts';
import { cutSegments } from './segments.ts';
import type { RowSegment, Run, Segment } from './segments.ts';

export interface Placement extends Buffer {
  /** The memory that it lies in: each has an arena of its own. States lie apart. */
  readonly region: string;
  readonly offset: number;
}

export interface MemoryPlan {
  readonly segments: readonly Segment[];
  readonly placements: readonly Placement[];
  /** Bytes of each memory's arena, fastest memory first. */
  readonly arenaBytes: ReadonlyMap<string, number>;
  /** Bytes of all states. */
  readonly stateBytes: number;
  /** Bytes that found no room in the target's memories: 0 when it fits. */
  readonly lacking: number;
  /** The largest sum of bytes of arenas alive at one step: no placement can take less. */
  readonly lowerBound: number;
}

export interface PlanOptions {
  /** Runs of steps that go row by row; none when left out. */
  readonly runs?: readonly Run[];
  /** The application gives the input row by row, which the first run takes. */
  readonly fed?: boolean;
  /** The target's memories; one without end when left out. */
  readonly memories?: readonly Region[] | undefined;
  /** Data and stack, which need room beside the arena of one of them. */
  readonly workBytes?: number;
}

/** Cuts the schedule into segments, and places every buffer in an arena. */
export function planMemory(schedule: Schedule, options: PlanOptions = {}): MemoryPlan {
  const segments = cutSegments(schedule, options.runs, options.fed);
  const all = findBuffers(schedule, segments);
  const buffers = all.filter(({ state }) => !state);
  const states = placeStates(all.filter(({ state }) => state));
  const stateBytes = Math.max(0, ...states.map(({ offset, bytes }) => offset + bytes));
  const lowerBound = liveBytes(buffers);
  const { memories, workBytes = 0 } = options;
  const data = workBytes + stateBytes;
  const { regions, offsets, ...taken } = assignMemories(buffers, lowerBound, memories, data);
  const placements = buffers.map((buffer, i) => ({
    ...buffer,
    region: regions[i]!,
    offset: offsets[i]!,
  }));
  const plan = {
    segments,
    placements: [...placements, ...states],
    ...taken,
    stateBytes,
    lowerBound,
  };
  const overlap = findOverlap(plan);
  assert(!overlap, `the plan overlaps: "${overlap?.[0].name}" and "${overlap?.[1].name}"`);
  return plan;
}

// Side by side among the program's data: others may use the arenas between inferences.
function placeStates(buffers: readonly Buffer[]): Placement[] {
  const { offsets } = place(buffers, liveBytes(buffers));
  return buffers.map((buffer, i) => ({ ...buffer, region: 'states', offset: offsets[i]! }));
}

/** Bytes of all arenas. */
export function arenaBytesOf({ arenaBytes }: Pick<MemoryPlan, 'arenaBytes'>): number {
  return [...arenaBytes.values()].reduce((a, b) => a + b, 0);
}

/** Two buffers that are alive at the same step and share a byte: checks any plan, trusts no planner. */
export function findOverlap({
  placements,
}: Pick<MemoryPlan, 'placements'>): readonly [Placement, Placement] | undefined {
  const upwards = [...placements].sort((a, b) => a.offset - b.offset);
  for (const [i, low] of upwards.entries()) {
    const end = low.offset + low.bytes;
    for (let j = i + 1; j < upwards.length && upwards[j]!.offset < end; j++) {
      const high = upwards[j]!;
      const inTime = low.first <= high.last && high.first <= low.last;
      if (inTime && low.region === high.region && !isClear(low, high) && !isClear(high, low))
        return [low, high];
    }
  }
  return undefined;
}

function isClear(low: Placement, high: Placement): boolean {
  return low.offset + clearance(low, high) <= high.offset;
}

const placementsByTensor = memoise(
  ({ placements }: MemoryPlan) =>
    new Map(placements.flatMap((each) => each.tensors.map((id) => [id, each] as const))),
);

/** Where a tensor lies. */
export function placementOf(plan: MemoryPlan, tensor: TensorId): Placement {
  const placement = placementsByTensor(plan).get(tensor);
  assert(placement, `tensor %${tensor} has no place`);
  return placement;
}

/** The input that comes row by row, and the run that takes it; undefined where it comes as a whole. */
export function fedInput({
  segments: [first],
}: MemoryPlan): { readonly tensor: Tensor; readonly segment: RowSegment } | undefined {
  if (first?.kind !== 'rows' || first.fed === undefined) return undefined;
  const tensors = first.steps.flatMap(({ node }) => node.inputs);
  return { tensor: tensors.find((tensor) => tensor?.id === first.fed)!, segment: first };
}

/** Where a step's tensors lie, as its kernel has to know: whole, or in rings of rows. */
export function layoutOf(plan: MemoryPlan, { node, index }: Step): Layout {
  const whole = wholeLayout(node);
  const rings = segmentOf(plan, index)?.rings;
  return {
    inputRows: node.inputs.map(
      (tensor, i) => (tensor && rings?.get(tensor.id)) ?? whole.inputRows[i]!,
    ),
    outputRows: rings?.get(node.outputs[0]!.id) ?? whole.outputRows,
  };
}

/** The node of one row that a step computes again and again; undefined when it is given rows by number. */
export function singleRowOf(
  plan: MemoryPlan,
  { node, kernel, index }: Step,
): TypedNode | undefined {
  return segmentOf(plan, index) && !kernel.rows
    ? rowNode(node, rowRuleOf(node, kernel)!, 1)
    : undefined;
}

const scratchByStep = memoise(
  ({ placements }: MemoryPlan) =>
    new Map(placements.flatMap((each) => (each.scratchOf ?? []).map((step) => [step, each]))),
);

/** Where a step's working memory lies; undefined when it has none. */
export function scratchOf(plan: MemoryPlan, step: number): Placement | undefined {
  return scratchByStep(plan).get(step);
}

const runsByStep = memoise(
  ({ segments }: MemoryPlan) =>
    new Map(
      segments.flatMap((segment) =>
        segment.kind === 'rows' ? segment.steps.map(({ index }) => [index, segment] as const) : [],
      ),
    ),
);

// The run that a step is in.
function segmentOf(plan: MemoryPlan, index: number): RowSegment | undefined {
  return runsByStep(plan).get(index);
}
