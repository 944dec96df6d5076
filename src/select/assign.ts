import { codeBytes } from '../estimate/code-sizes.ts';
import { constantBytes, coreOf, structBytes } from '../estimate/estimate.ts';
import type { Candidate, Candidates } from '../lower/lower.ts';
import type { Struct } from '../ops/struct.ts';
import { withUsed } from '../ops/unit.ts';
import type { Target } from '../target/target.ts';

/** A candidate for each step, and what flash every other one would take beside theirs. */
export interface Assignment {
  readonly candidates: readonly Candidate[];
  /** Cycles that a candidate's bytes are worth: its own, and those of code that no other step needs. */
  flashCost(candidate: Candidate): number;
}

/** A candidate with its own bytes and the shared code that it needs, by number. */
interface Option {
  readonly candidate: Candidate;
  readonly bytes: number;
  readonly units: readonly number[];
}

const ROUNDS = 4;

/** Prepares the search: `assign(price)` gives the candidates of least cycles plus bytes of flash at a price. */
export function assigner({ steps }: Candidates, target: Target): (price: number) => Assignment {
  const cpu = coreOf(target);
  const numbers = new Map<string, number>();
  const unitBytes: number[] = [];
  const options = steps.map(({ node, candidates }) =>
    candidates.map((candidate): Option => {
      const { calls } = candidate.cost;
      const units = new Set<number>();
      for (const unit of calls.flatMap(withUsed)) {
        if (!numbers.has(unit.name)) {
          numbers.set(unit.name, unitBytes.length);
          unitBytes.push(codeBytes(unit, cpu));
        }
        units.add(numbers.get(unit.name)!);
      }
      const structs = calls.reduce((sum, { struct }) => sum + structBytes(struct as Struct), 0);
      const bytes = constantBytes({ node, cost: candidate.cost }) + structs;
      return { candidate, bytes, units: [...units] };
    }),
  );
  const optionOf = new Map(options.flat().map((option) => [option.candidate, option]));
  return (price) => {
    let best = settle(options, unitBytes, price);
    // A unit that one layer needs and the others only use is left out where that is cheaper.
    if (price > 0) {
      for (const unit of best.used) {
        const without = settle(options, unitBytes, price, unit);
        if (without.total < best.total) best = without;
      }
    }
    const used = new Set(best.used);
    return {
      candidates: best.choices.map(({ candidate }) => candidate),
      flashCost(candidate) {
        const { bytes, units } = optionOf.get(candidate)!;
        const more = units.reduce((sum, unit) => sum + (used.has(unit) ? 0 : unitBytes[unit]!), 0);
        return price * (bytes + more);
      },
    };
  };
}

interface Settled {
  readonly choices: readonly Option[];
  /** Numbers of the units that they need. */
  readonly used: readonly number[];
  readonly total: number;
}

// Each layer in turn takes what is cheapest given the others' choices, code that others need being
// free, until nothing changes.
function settle(
  steps: readonly (readonly Option[])[],
  unitBytes: readonly number[],
  price: number,
  banned?: number,
): Settled {
  const users = new Int32Array(unitBytes.length);
  const own = ({ candidate: { cost }, bytes }: Option) => cost.cycles + price * bytes;
  const added = ({ units }: Option) =>
    units.reduce((sum, unit) => sum + (users[unit] ? 0 : price * unitBytes[unit]!), 0);
  const use = ({ units }: Option, by: number) => {
    for (const unit of units) users[unit]! += by;
  };
  const choices: Option[] = [];
  for (let round = 0, changed = true; changed && round < ROUNDS; round++) {
    changed = false;
    steps.forEach((list, i) => {
      const before = choices[i];
      if (before) use(before, -1);
      const allowed = list.filter(({ units }) => banned === undefined || !units.includes(banned));
      const cost = (option: Option) => own(option) + added(option);
      const best = (allowed.length > 0 ? allowed : list).reduce((a, b) =>
        cost(b) < cost(a) ? b : a,
      );
      changed ||= best !== before;
      choices[i] = best;
      use(best, 1);
    });
  }
  const used = unitBytes.map((_, unit) => unit).filter((unit) => users[unit]! > 0);
  const shared = used.reduce((sum, unit) => sum + price * unitBytes[unit]!, 0);
  return { choices, used, total: shared + choices.reduce((sum, one) => sum + own(one), 0) };
}
