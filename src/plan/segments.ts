import type { TensorId } from '../ir/types.ts';
import type { Schedule, Step } from '../lower/schedule.ts';
import { assert } from '../support/diagnostics.ts';
import { memoise } from '../support/memoise.ts';
import { flowRows } from './rings.ts';
import type { RowFlow, RowRun } from './rings.ts';
import { rowGraph } from './row-graph.ts';
import type { RowStep } from './row-graph.ts';

/** A part of a schedule: one step as a whole, or a run of steps that goes row by row. */
export type Segment = { readonly kind: 'whole'; readonly step: Step } | RowSegment;

/** Steps that take turns, each computing a few rows when their inputs' rows are there. */
export interface RowSegment extends RowFlow {
  readonly kind: 'rows';
  readonly steps: readonly Step[];
  /** Rows that each step computes at a time. */
  readonly granules: readonly number[];
  /** The model's input, where the application gives it row by row. */
  readonly fed?: TensorId | undefined;
}

/** Steps of a schedule that go row by row, from the number of the first to that of the last. */
export interface Run {
  readonly first: number;
  readonly last: number;
  /** Rows that each step computes at a time. */
  readonly granules: readonly number[];
}

/**
 * Cuts a schedule: the given runs go row by row, everything else as a whole. `fed`: the application
 * gives the input row by row, which the first run takes.
 */
export function cutSegments(schedule: Schedule, runs: readonly Run[] = [], fed = false): Segment[] {
  const segments: Segment[] = [];
  for (let i = 0; i < schedule.steps.length; i++) {
    const run = runs.find(({ first }) => first === i);
    if (run) {
      segments.push(inRows(schedule, run, fed && i === 0));
      i = run.last;
    } else {
      segments.push({ kind: 'whole', step: schedule.steps[i]! });
    }
  }
  return segments;
}

export function stepsOf(segment: Segment): readonly Step[] {
  return segment.kind === 'whole' ? [segment.step] : segment.steps;
}

const rowGraphOf = memoise(({ graph, steps }: Schedule) => rowGraph(graph, steps));

// The first and the last step that reads each tensor; the caller is the last of all.
const readsOf = memoise(({ graph, steps }: Schedule) => {
  const reads = new Map<TensorId, readonly [first: number, last: number]>();
  const read = (id: TensorId, step: number) => reads.set(id, [reads.get(id)?.[0] ?? step, step]);
  for (const { node, index } of steps)
    for (const tensor of node.inputs) if (tensor) read(tensor.id, index);
  for (const id of [...graph.outputs, ...graph.states.map(({ write }) => write)])
    read(id, steps.length);
  return reads;
});

/** Whether the steps of a run can take turns: none needs as a whole what another one of them makes. */
export function canTakeTurns(
  graph: readonly RowStep[],
  { first, last, fed }: Pick<RowRun, 'first' | 'last' | 'fed'>,
): boolean {
  const inside = (maker: number) =>
    (maker >= first && maker <= last) || (fed && maker === graph.length - 1);
  return graph
    .slice(first, last + 1)
    .every(({ rule, wholes }) => rule && !wholes.some(({ maker }) => inside(maker)));
}

function inRows(schedule: Schedule, { first, last, granules }: Run, fed: boolean): RowSegment {
  const graph = rowGraphOf(schedule);
  const isWhole = (id: TensorId) => {
    const [from, to] = readsOf(schedule).get(id) ?? [first, last];
    return from < first || to > last;
  };
  const run = { first, last, granules, fed, isWhole };
  assert(canTakeTurns(graph, run), `steps ${first} to ${last} cannot go row by row`);
  const input = fed ? schedule.graph.inputs[0] : undefined;
  const steps = schedule.steps.slice(first, last + 1);
  return { kind: 'rows', steps, granules, fed: input, ...flowRows(graph, run) };
}
