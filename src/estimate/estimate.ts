import { byteLength } from '../ir/types.ts';
import type { Schedule, Step } from '../lower/schedule.ts';
import { opOf } from '../ops/index.ts';
import { layoutOf as structLayout } from '../ops/struct.ts';
import type { Struct } from '../ops/struct.ts';
import type { MemoryPlan } from '../plan/plan.ts';
import { arenaBytesOf, fedInput } from '../plan/plan.ts';
import type { Segment } from '../plan/segments.ts';
import { isUniform } from '../support/bytes.ts';
import type { Target } from '../target/target.ts';
import { codeBytes, distinctUnits, libraryBytes, SIZES, stackBytes } from './code-sizes.ts';

/** Bytes of flash and RAM that firmware takes for a model. */
export interface Footprint {
  readonly flash: { readonly weights: number; readonly code: number; readonly total: number };
  readonly ram: {
    readonly arena: number;
    /** What each memory holds of it. */
    readonly arenas: readonly { readonly memory: string; readonly bytes: number }[];
    /** What lasts from one inference to the next. */
    readonly state: number;
    readonly other: number;
    readonly stack: number;
    readonly total: number;
  };
}

/** What a planned schedule will take, before any code is generated. */
export interface Estimate extends Footprint {
  /** Of one inference, on the target's core with zero-wait memory. */
  readonly cycles: number;
}

/**
 * The cycles, flash and RAM of a planned schedule, from its costs and from measured sizes of the
 * runtime's parts. Nothing is rendered: fast enough to be asked thousands of times.
 */
export function estimate(schedule: Schedule, plan: MemoryPlan, target: Target): Estimate {
  const cpu = coreOf(target);
  const { firmware, layer } = SIZES.cores[cpu];
  const other = SIZES.cores[cpu].other + counterBytes(plan);
  const calls = schedule.steps.flatMap(({ cost }) => cost.calls);
  const units = distinctUnits(calls);
  const weights =
    schedule.steps.reduce((sum, step) => sum + constantBytes(step), 0) +
    initialStateBytes(schedule);
  const code =
    firmware +
    units.reduce((sum, unit) => sum + codeBytes(unit, cpu), 0) +
    libraryBytes(units, cpu) +
    plan.segments.reduce((sum, segment) => sum + turnBytes(segment), 0) +
    calls.reduce((sum, { struct }) => sum + layer + structBytes(struct as Struct), 0);
  const arena = arenaBytesOf(plan);
  const arenas = [...plan.arenaBytes].map(([memory, bytes]) => ({ memory, bytes }));
  const state = plan.stateBytes;
  const stack = estimateStack(schedule, target);
  return {
    cycles: schedule.steps.reduce((sum, { cost }) => sum + cost.cycles, 0),
    flash: { weights, code, total: weights + code },
    ram: { arena, arenas, state, other, stack, total: arena + state + other + stack },
  };
}

/** Code that asks whether a step of a run can compute rows, as measured on a Cortex-M4. */
const TURN_BYTES = 60;

function turnBytes(segment: Segment): number {
  return segment.kind === 'rows' ? TURN_BYTES * segment.steps.length : 0;
}

// Rows that are there, from one row of the input to the next.
function counterBytes(plan: MemoryPlan): number {
  const fed = fedInput(plan);
  return fed ? 4 * (fed.segment.steps.length + 1) : 0;
}

/** Bytes of one inference's stack, on which no plan has any influence. */
export function estimateStack({ steps }: Schedule, target: Target): number {
  const cpu = coreOf(target);
  const units = steps.flatMap(({ cost }) => cost.calls);
  return SIZES.cores[cpu].stack + Math.max(0, ...units.map((unit) => stackBytes(unit, cpu)));
}

/** Bytes of a step's constants: its kernel's arrays, and constant operands that it reads as they lie. */
export function constantBytes({ node, cost }: Pick<Step, 'node' | 'cost'>): number {
  if (cost.calls.length === 0) return 0;
  const { weights } = opOf(node.op);
  return node.inputs.reduce(
    (sum, tensor, i) =>
      tensor?.data && i !== weights?.input && i !== weights?.bias ? sum + byteLength(tensor) : sum,
    cost.constantBytes,
  );
}

// What states are at first is stored where no fill makes it.
function initialStateBytes({ graph }: Schedule): number {
  return graph.states.reduce(
    (sum, { initial }) => (initial && !isUniform(initial) ? sum + initial.length : sum),
    0,
  );
}

/** The core whose sizes and costs count; the host stands for a Cortex-M4. */
export function coreOf({ cpu }: Target) {
  return cpu === 'host' ? 'cortex-m4' : cpu;
}

const knownStructs = new Map<Struct, number>();

/** Bytes of a struct on the target. */
export function structBytes(struct: Struct): number {
  let bytes = knownStructs.get(struct);
  if (bytes === undefined) knownStructs.set(struct, (bytes = structLayout(struct).bytes));
  return bytes;
}
