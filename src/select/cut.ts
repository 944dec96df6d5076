import { planeRows } from '../ir/types.ts';
import type { Candidate, Candidates } from '../lower/lower.ts';
import { GRANULES, rowWays } from '../lower/rows.ts';
import type { RowWay } from '../lower/rows.ts';
import type { Schedule, Step } from '../lower/schedule.ts';
import type { RowFlow } from '../plan/rings.ts';
import type { Run } from '../plan/segments.ts';
import type { Target } from '../target/target.ts';
import type { Assignment } from './assign.ts';
import { livenessOf, wholeBytes } from './liveness.ts';
import type { Liveness } from './liveness.ts';
import { RunOptions, undominated } from './run-options.ts';
import type { PricedWay, Range, RunOption } from './run-options.ts';

/** A schedule whose steps cost what they do as they are cut, and the runs that go row by row. */
export interface Cut {
  readonly schedule: Schedule;
  readonly runs: readonly Run[];
}

/** A step as a whole. */
interface WholeOption {
  readonly bytes: number;
  readonly cost: number;
  readonly candidate: Candidate;
}

/** Some steps of the schedule, and the ways of computing them, from few bytes on. */
interface Part extends Range {
  readonly options: readonly (WholeOption | RunOption)[];
}

/** What all cutters of a model have in common. */
interface Given {
  readonly candidates: Candidates;
  readonly live: Liveness;
  /** By step; looked for when they are asked. */
  ways(): readonly (readonly RowWay[])[];
  /** What is known of runs already. */
  readonly flows: Map<string, RowFlow>;
  readonly fed: boolean;
}

/** Longer runs are not tried, and in models of very many steps only shorter ones. */
const LONGEST_RUN = 24;
/** Steps times the square of the longest run: what trying the runs costs goes with that. */
const RUN_WORK = 300_000;
/** The same times the rows of the tallest tensor: each of them is run on numbers. */
const ROW_WORK = 4_000_000;

/**
 * With more layers, less is looked for: rows are computed one at a time (each granule is priced for each
 * candidate), and plans that take less RAM than the one that is taken are not offered.
 */
export const MANY_STEPS = 500;

/** Prepares the cutting of a model: everything that hangs neither on prices nor on budgets. */
export function cutter(candidates: Candidates, target: Target, fed: boolean) {
  const live = livenessOf(candidates, fed);
  const granules = candidates.steps.length > MANY_STEPS ? [1] : GRANULES;
  let found: RowWay[][] | undefined;
  const ways = () => (found ??= candidates.steps.map((step) => rowWays(step, target, granules)));
  const flows = new Map<string, RowFlow>();
  return (assignment: Assignment) => new Cutter({ candidates, live, ways, flows, fed }, assignment);
}

/**
 * Cuts a schedule into parts, whole or row by row: the cheapest cut under a limit of bytes alive, by
 * dynamic programming over the places where it may be cut. The bytes of a part hang on no other one:
 * what lives across a cut is whole.
 */
export class Cutter {
  readonly #whole: readonly Part[];
  readonly #makeRuns: () => RunOptions;
  #known: RunOptions | undefined;
  readonly #fed: boolean;
  #parts: readonly Part[] | undefined;
  #levels: readonly number[] | undefined;
  readonly candidates: Candidates;

  constructor({ candidates, live, ways, flows, fed }: Given, assignment: Assignment) {
    this.candidates = candidates;
    const price = (way: RowWay): PricedWay => ({
      ...way,
      cost: way.cycles + assignment.flashCost(way.candidate),
    });
    const priced = () => ways().map((list) => list.map(price).sort((a, b) => a.cost - b.cost));
    this.#makeRuns = () => new RunOptions(candidates, live, priced(), flows);
    this.#fed = fed;
    this.#whole = candidates.steps.map((step, i): Part => {
      const options = step.candidates.map((candidate) => ({
        bytes: live.before[i]! + wholeBytes(step, candidate, i, live),
        cost: candidate.cost.cycles + assignment.flashCost(candidate),
        candidate,
      }));
      return { first: i, last: i, fed: false, options: undominated(options) };
    });
  }

  // Plans of whole steps can do without them.
  get #runs(): RunOptions {
    return (this.#known ??= this.#makeRuns());
  }

  /** Bytes that cuts can take at most, smallest first. */
  get levels(): readonly number[] {
    this.#levels ??= this.#findLevels();
    return this.#levels;
  }

  #findLevels(): readonly number[] {
    const levels = this.#allParts().flatMap(({ options }) => options.map(({ bytes }) => bytes));
    const sorted = [...new Set(levels)].sort((a, b) => a - b);
    const least = leastSuch(sorted.length, (i) => this.#path(sorted[i]!) !== undefined);
    return sorted.slice(least);
  }

  // Parts that go row by row, too; those that take more than the largest whole step have nothing to give.
  #allParts(): readonly Part[] {
    const most = Math.max(...this.#whole.map(({ options }) => options.at(-1)!.bytes));
    this.#parts ??= [
      ...this.#whole.filter(({ first }) => !this.#fed || first > 0),
      ...this.#rowParts(this.#fed ? Infinity : most),
    ].sort((a, b) => a.last - b.last || b.first - a.first);
    return this.#parts;
  }

  /** The cheapest cut whose parts take so many bytes; undefined when there is none. */
  cut(most: number): Cut | undefined {
    const path = this.#path(most);
    if (!path) return undefined;
    const { graph, steps } = this.candidates;
    const chosen = path.map(({ part, option }) => ({
      part,
      option: 'ways' in option ? this.#runs.hasten(part, option, most) : option,
    }));
    return {
      schedule: {
        graph,
        steps: chosen.flatMap(({ part, option }) =>
          steps.slice(part.first, part.last + 1).map(({ index, node }, i): Step => {
            const { candidate, cycles } = 'ways' in option ? option.ways[i]! : wholeWay(option);
            const cost = { ...candidate.cost, cycles };
            return { ...candidate, index, node, cost, rejected: [] };
          }),
        ),
      },
      runs: chosen.flatMap(({ part: { first, last }, option }) =>
        'ways' in option
          ? [{ first, last, granules: option.ways.map(({ granule }) => granule) }]
          : [],
      ),
    };
  }

  #rowParts(most: number): Part[] {
    const { graph, steps } = this.candidates;
    const longest = longestRun(this.candidates);
    return steps.flatMap((_, first) => {
      const parts: Part[] = [];
      const end = Math.min(first + longest, steps.length);
      for (let last = first; last < end; last++) {
        const run = { first, last, fed: this.#fed && first === 0 };
        if (!this.#runs.canRun(run)) break;
        // What comes row by row is there for one run only.
        if (run.fed && this.#runs.isReadAfter(run, graph.inputs[0]!)) continue;
        const options = this.#runs.optionsOf(run, most);
        if (options.length > 0) parts.push({ ...run, options });
      }
      return parts;
    });
  }

  #path(most: number): Choice[] | undefined {
    const { length } = this.candidates.steps;
    const best: (Choice | undefined)[] = Array<undefined>(length + 1).fill(undefined);
    const costs = [0, ...Array<number>(length).fill(Infinity)];
    // Rows cost their turns on top of what the whole does: without a limit none are looked for.
    for (const part of most === Infinity && !this.#fed ? this.#whole : this.#allParts()) {
      const option = part.options.findLast(({ bytes }) => bytes <= most);
      if (!option || !(costs[part.first]! + option.cost < costs[part.last + 1]!)) continue;
      costs[part.last + 1] = costs[part.first]! + option.cost;
      best[part.last + 1] = { part, option };
    }
    const path: Choice[] = [];
    for (let end = length; end > 0;) {
      const choice = best[end];
      if (!choice) return undefined;
      path.unshift(choice);
      end = choice.part.first;
    }
    return path;
  }
}

function longestRun({ steps }: Candidates): number {
  const outputs = steps.flatMap(({ node }) => node.outputs.slice(0, 1));
  const rows = outputs.reduce((most, output) => Math.max(most, planeRows(output)), 1);
  const work = Math.min(RUN_WORK, ROW_WORK / rows) / steps.length;
  return Math.min(LONGEST_RUN, Math.max(2, Math.floor(Math.sqrt(work))));
}

interface Choice {
  readonly part: Part;
  readonly option: WholeOption | RunOption;
}

function wholeWay({ candidate }: WholeOption) {
  return { candidate, cycles: candidate.cost.cycles };
}

/** The least number below `count` for which something holds that holds for all larger ones; `count` if none. */
export function leastSuch(count: number, holds: (i: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
