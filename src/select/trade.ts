import type { Estimate } from '../estimate/estimate.ts';
import { MANY_STEPS } from './cut.ts';
import type { Plan, Search } from './search.ts';

/** What a plan can be the best at. */
export type Figure = (typeof FIGURES)[number];
const FIGURES = ['speed', 'flash', 'ram'] as const;

/** One way of computing the whole model, beside others. */
export interface Offer {
  readonly estimate: Estimate;
  /** Whether it fits the target. */
  readonly fits: boolean;
  /** Whether it is the one that was chosen. */
  readonly taken: boolean;
  /** What no other plan that was found is better at. */
  readonly best: readonly Figure[];
}

/** What a byte of flash is worth at the ends of the trade: nothing, and more than any cycle. */
export const [NOTHING, ALL] = [0, 2 ** 30];

/** Plans between the ends that are looked for, and those that are shown at most. */
const [BETWEEN, SHOWN] = [4, 7];
/** A plan that differs from one that is shown by less, as a share of each figure, shows nothing new. */
const ALIKE = 0.02;

/**
 * The trade of cycles, flash and RAM, fastest plan first: its ends, the plan taken, and of the others
 * those that differ most. None is as good as another in all three and better in one.
 */
export function tradeOf(search: Search, taken: Plan): Offer[] {
  search.fastest(NOTHING);
  search.fastest(ALL);
  if (search.candidates.steps.length <= MANY_STEPS) {
    search.smallest(NOTHING);
    search.between(NOTHING, BETWEEN);
  }
  const plans = search.plans.filter((plan) => plan === taken || !isBeaten(plan, search.plans));
  const ends = FIGURES.map((figure) => ({ figure, end: bestAt(figure, plans) }));
  const shown = spread(plans, [taken, ...ends.map(({ end }) => end)]);
  return shown
    .sort((a, b) => a.estimate.cycles - b.estimate.cycles)
    .map((plan) => ({
      estimate: plan.estimate,
      fits: search.excess(plan) === 0,
      taken: plan === taken,
      best: ends.flatMap(({ figure, end }) => (end === plan ? figure : [])),
    }));
}

function figuresOf({ cycles, flash, ram }: Estimate): Readonly<Record<Figure, number>> {
  return { speed: cycles, flash: flash.total, ram: ram.total };
}

function isBeaten({ estimate }: Plan, plans: readonly Plan[]): boolean {
  const own = Object.values(figuresOf(estimate));
  return plans.some((other) => {
    const others = Object.values(figuresOf(other.estimate));
    return others.every((x, i) => x <= own[i]!) && others.some((x, i) => x < own[i]!);
  });
}

// Ties are broken by the other figures.
function bestAt(figure: Figure, plans: readonly Plan[]): Plan {
  const scores = ({ estimate }: Plan) => {
    const { [figure]: first, ...others } = figuresOf(estimate);
    return [first, ...Object.values(others)];
  };
  return plans.reduce((a, b) => {
    const [x, y] = [scores(a), scores(b)];
    const i = x.findIndex((score, k) => score !== y[k]);
    return i !== -1 && y[i]! < x[i]! ? b : a;
  });
}

// The plans that have to be shown, and again and again the one that is furthest from all of these.
function spread(plans: readonly Plan[], needed: readonly Plan[]): Plan[] {
  const shown = [...new Set(needed)];
  while (shown.length < SHOWN) {
    const distances = plans.map((plan) => Math.min(...shown.map((one) => distance(plan, one))));
    const furthest = Math.max(...distances);
    if (furthest < ALIKE) break;
    shown.push(plans[distances.indexOf(furthest)]!);
  }
  return shown;
}

// The largest difference between figures, as a share of them.
function distance(a: Plan, b: Plan): number {
  const [x, y] = [Object.values(figuresOf(a.estimate)), Object.values(figuresOf(b.estimate))];
  return Math.max(...x.map((value, i) => Math.abs(Math.log(value / y[i]!))));
}
