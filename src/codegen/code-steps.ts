import type { Schedule, Step } from '../lower/schedule.ts';
import type { KernelCall } from '../ops/kernel.ts';
import { wholeLayout } from '../ops/kernel.ts';
import { layoutOf, singleRowOf } from '../plan/plan.ts';
import type { MemoryPlan } from '../plan/plan.ts';
import type { Target } from '../target/target.ts';

/** A step with the calls that compute it as it is laid out. */
export interface CodedStep extends Step {
  readonly calls: readonly KernelCall[];
}

/** Asks each kernel for its code: the one place, once a step, when everything else is decided. */
export function codeSteps(schedule: Schedule, plan: MemoryPlan, target: Target): CodedStep[] {
  return schedule.steps.map((step) => {
    const { kernel, node, format } = step;
    const choice = { target, ...(format && { format }) };
    const row = singleRowOf(plan, step);
    const layout = row ? wholeLayout(row) : layoutOf(plan, step);
    return { ...step, calls: kernel.code(row ?? node, choice, layout) };
  });
}
