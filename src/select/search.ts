import { estimate, estimateStack } from '../estimate/estimate.ts';
import type { Estimate } from '../estimate/estimate.ts';
import type { Candidates } from '../lower/lower.ts';
import type { Schedule } from '../lower/schedule.ts';
import { FIRMWARE_BYTES } from '../plan/memories.ts';
import { planMemory } from '../plan/plan.ts';
import type { MemoryPlan, PlanOptions } from '../plan/plan.ts';
import { chooseFlash } from '../target/flash.ts';
import type { Target } from '../target/target.ts';
import { assigner } from './assign.ts';
import { cutter, leastSuch } from './cut.ts';
import type { Cut, Cutter } from './cut.ts';
import { notFeedable, requireFeedable } from './feedable.ts';

/** One way of computing the whole model. */
export interface Plan {
  readonly schedule: Schedule;
  readonly plan: MemoryPlan;
  readonly estimate: Estimate;
}

/** The plans of a model that have been looked at, and the ways to more of them. */
export class Search {
  readonly #assign;
  readonly #cutter;
  readonly #cutters = new Map<number, Cutter>();
  readonly #plans = new Map<string, Plan>();

  constructor(
    readonly candidates: Candidates,
    readonly target: Target,
    readonly options: Pick<PlanOptions, 'runs' | 'fed'>,
  ) {
    this.#assign = assigner(candidates, target);
    if (options.fed) requireFeedable(candidates);
    this.#cutter = cutter(candidates, target, options.fed ?? false);
  }

  get plans(): readonly Plan[] {
    return [...this.#plans.values()];
  }

  /** The cheapest plan at a price of flash, whatever RAM it takes. */
  fastest(price: number): Plan {
    return this.#planAt(price, Infinity);
  }

  /** The plan that takes the least of RAM. */
  smallest(price: number): Plan {
    return this.#planAt(price, this.#at(price).levels[0]!);
  }

  /** The cheapest plan at a price of flash that fits the target's RAM; the smallest when none does. */
  largestThatFits(price: number): Plan {
    const { levels } = this.#at(price);
    const smallest = this.smallest(price);
    if (!this.fitsRam(smallest)) return smallest;
    const fits = (i: number) => this.fitsRam(this.#planAt(price, levels[levels.length - 1 - i]!));
    const down = leastSuch(levels.length - 1, fits);
    return this.#planAt(price, levels[levels.length - 1 - down]!);
  }

  /** Looks at so many plans at a price of flash, their bytes in even ratios between the ends. */
  between(price: number, count: number): void {
    const { levels } = this.#at(price);
    const [least = 0, most = 0] = [levels[0], levels.at(-1)];
    for (let i = 1; i <= count && least > 0; i++) {
      const bytes = least * (most / least) ** (i / (count + 1));
      this.#planAt(price, levels.findLast((level) => level <= bytes) ?? least);
    }
  }

  /** Bytes beyond the target's limits, and beyond its memories. */
  excess(plan: Plan): number {
    const { flashBytes, flash: memories } = this.target;
    const { flash } = plan.estimate;
    const lacking = memories ? chooseFlash(memories, flash.code, flash.weights).lacking : 0;
    return Math.max(over(flash.total, flashBytes), lacking) + this.#lacking(plan);
  }

  fitsRam(plan: Plan): boolean {
    return this.#lacking(plan) === 0;
  }

  #lacking({ estimate: { ram }, plan }: Plan): number {
    return Math.max(over(ram.total, this.target.ramBytes), plan.lacking);
  }

  #at(price: number): Cutter {
    let found = this.#cutters.get(price);
    if (!found) {
      found = this.#cutter(this.#assign(price));
      // What the first step needs is there; another one needs the input as a whole, or later.
      if (this.options.fed && found.levels.length === 0)
        throw notFeedable('more than one run of layers needs it');
      this.#cutters.set(price, found);
    }
    return found;
  }

  #planAt(price: number, bytes: number): Plan {
    const cut = this.#at(price).cut(bytes)!;
    const key = keyOf(this.candidates, cut);
    let plan = this.#plans.get(key);
    if (!plan) this.#plans.set(key, (plan = this.#planOf(cut)));
    return plan;
  }

  #planOf({ schedule, runs }: Cut): Plan {
    const { target, options } = this;
    const workBytes = estimateStack(schedule, target) + FIRMWARE_BYTES;
    const plan = planMemory(schedule, { runs, ...options, memories: target.ram, workBytes });
    return { schedule, plan, estimate: estimate(schedule, plan, target) };
  }
}

function keyOf({ steps }: Candidates, { schedule, runs }: Cut): string {
  const chosen = schedule.steps.map(({ kernel, format }, i) =>
    steps[i]!.candidates.findIndex((one) => one.kernel === kernel && one.format === format),
  );
  const cuts = runs.map(({ first, last, granules }) => `${first}-${last}:${granules.join()}`);
  return `${chosen.join()} ${cuts.join(' ')}`;
}

function over(bytes: number, limit = Infinity): number {
  return Math.max(0, bytes - limit);
}
