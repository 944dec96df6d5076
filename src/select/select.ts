import type { Estimate } from '../estimate/estimate.ts';
import { narrowCandidates, storesDense } from '../lower/lower.ts';
import type { Candidates } from '../lower/lower.ts';
import type { PlanOptions } from '../plan/plan.ts';
import type { Target } from '../target/target.ts';
import { explainRejections } from './explain.ts';
import { Search } from './search.ts';
import type { Plan } from './search.ts';
import type { Objective } from './objective.ts';
import { ALL, NOTHING, tradeOf } from './trade.ts';
import type { Offer } from './trade.ts';

export interface SelectOptions extends Pick<PlanOptions, 'runs' | 'fed'> {
  /**
   * What to be best at, within the target's flash and RAM; speed when left out: of the plans that take a
   * thousandth more cycles than the fastest at most, the one whose cycles and bytes of flash are fewest.
   */
  readonly optimize?: Objective;
  /** Look at all plans that there are for the trade, not only at some between its ends. */
  readonly allPlans?: boolean;
  /** Whether few plans do, to know that one fits: where none of these does, another one might. */
  readonly hasty?: boolean;
}

export interface Selection extends Plan {
  /** Other plans beside this one; looked for when they are asked. */
  trade(): readonly Offer[];
  /** Where weights are compressed: what the best plan takes in which none are, looked for when it is asked. */
  dense(): Estimate | undefined;
}

/** What it is worth where speed is asked for, and how much slower than the fastest plan another one may be. */
const [CYCLE, NEARLY] = [1, 1.001];
/** Cycles for a byte, between the ends. */
const BETWEEN: readonly number[] = [0.25, 1, 4, 16, 64, 256, 1024, 2 ** 14];
/** Layers for which all of them are tried; more layers go with fewer prices. */
const ALL_PRICES = 64;

/**
 * Chooses a candidate for every node over the whole model, and what goes row by row: of all plans found
 * the best by the objective among those that fit the target; when none fits, the one that lacks least.
 */
export function select(
  candidates: Candidates,
  target: Target,
  options: SelectOptions = {},
): Selection {
  const search = new Search(candidates, target, options);
  const taken = bestOf(search, options);
  let offers: readonly Offer[] | undefined;
  let dense: Estimate | undefined;
  return {
    ...taken,
    schedule: explainRejections(candidates, taken.schedule),
    trade() {
      if (options.allPlans && !offers) lookAround(search);
      return (offers ??= tradeOf(search, taken));
    },
    dense() {
      if (!taken.schedule.steps.some(({ format }) => format?.compressed)) return undefined;
      const narrowed = () => new Search(narrowCandidates(candidates, storesDense), target, options);
      return (dense ??= bestOf(narrowed(), options).estimate);
    },
  };
}

// With a Lagrange multiplier for flash (Everett, "Generalized Lagrange multiplier method", 1963), at each
// price the cheapest cut under a limit of RAM.
function bestOf(search: Search, { optimize = 'speed', hasty }: SelectOptions): Plan {
  search.fastest(NOTHING);
  search.fastest(CYCLE);
  if (!isSettled(search, optimize)) lookAround(search, hasty ? [] : pricesOf(search));
  return choose(search, optimize);
}

// Plans at both ends, and between: prices there give way in flash, not in RAM.
function lookAround(search: Search, between = pricesOf(search)): void {
  const ends = [NOTHING, ALL].map((price) => look(search, price));
  if (ends.some((smallest) => search.fitsRam(smallest)))
    between.forEach((price) => look(search, price));
}

// The smallest plan at a price; the cheapest that fits is among those found, too.
function look(search: Search, price: number): Plan {
  search.largestThatFits(price);
  return search.smallest(price);
}

function pricesOf({ candidates: { steps } }: Search): number[] {
  const step = Math.ceil(steps.length / ALL_PRICES);
  return BETWEEN.filter((_, i) => i % step === step >> 1);
}

// Whether a plan is known that no other one can be better than.
function isSettled(search: Search, objective: Objective): boolean {
  const fits = (plan: Plan) => search.excess(plan) === 0;
  if (objective === 'flash') return fits(search.fastest(ALL));
  return (
    objective === 'speed' &&
    (fits(search.fastest(NOTHING)) || fits(search.largestThatFits(NOTHING)))
  );
}

function choose(search: Search, objective: Objective): Plan {
  const { plans } = search;
  const fitting = plans.filter((plan) => search.excess(plan) === 0);
  if (fitting.length > 0) {
    const least = Math.min(...fitting.map(({ estimate }) => estimate.cycles));
    const near = fitting.filter(
      ({ estimate }) => objective !== 'speed' || estimate.cycles <= NEARLY * least,
    );
    return near.reduce((a, b) => (isBetter(b.estimate, a.estimate, objective) ? b : a));
  }
  return plans.reduce((a, b) => (search.excess(b) < search.excess(a) ? b : a));
}

// Ties are broken by what the objective does not ask for, so that nothing is given away.
function isBetter(a: Estimate, b: Estimate, objective: Objective): boolean {
  const [x, y] = [scores(a, objective), scores(b, objective)];
  const i = x.findIndex((score, k) => score !== y[k]);
  return i !== -1 && x[i]! < y[i]!;
}

function scores({ cycles, flash, ram }: Estimate, objective: Objective): number[] {
  switch (objective) {
    case 'speed':
      return [cycles + CYCLE * flash.total, ram.total];
    case 'flash':
      return [flash.total, cycles, ram.total];
    case 'ram':
      return [ram.total, cycles, flash.total];
    case 'balanced':
      return [Math.log(cycles) + Math.log(flash.total) + Math.log(ram.total)];
  }
}
