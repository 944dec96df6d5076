import { tensorOf } from '../ir/graph.ts';
import { byteLength } from '../ir/types.ts';
import type { TensorId } from '../ir/types.ts';
import type { Candidates } from '../lower/lower.ts';
import type { RowWay } from '../lower/rows.ts';
import { flowRows } from '../plan/rings.ts';
import type { RowFlow } from '../plan/rings.ts';
import { rowGraph } from '../plan/row-graph.ts';
import type { RowStep } from '../plan/row-graph.ts';
import { canTakeTurns } from '../plan/segments.ts';
import type { Liveness } from './liveness.ts';

/** One way of computing a run of steps. */
export interface RunOption {
  /** Bytes alive while it runs. */
  readonly bytes: number;
  /** Cycles, with those that its flash is worth. */
  readonly cost: number;
  /** How each step computes rows. */
  readonly ways: readonly PricedWay[];
}

/** A way with the price of its flash. */
export interface PricedWay extends RowWay {
  readonly cost: number;
}

/** A part of a schedule that may go row by row. */
export interface Range {
  readonly first: number;
  readonly last: number;
  readonly fed: boolean;
}

/** Working memory is capped at so many different sizes. */
const SCRATCH_CAPS = 3;

/** Tells what bytes runs of steps take: the search's model of what plan/ makes of them. */
export class RunOptions {
  readonly #graph: readonly RowStep[];
  /** By step: what its ways take of working memory and of rows, and which one is best within caps of both. */
  readonly #limits: readonly {
    readonly sizes: readonly number[];
    readonly granules: readonly number[];
    readonly found: Map<number, number>;
  }[];

  constructor(
    readonly candidates: Candidates,
    readonly live: Liveness,
    /** By step, cheapest first; none where it cannot go row by row. */
    readonly ways: readonly (readonly PricedWay[])[],
    /** What is known of runs already. */
    readonly flows: Map<string, RowFlow>,
  ) {
    const steps = candidates.steps.map(({ node, candidates: [first] }, i) => {
      return { node, kernel: (ways[i]![0]?.candidate ?? first!).kernel };
    });
    this.#graph = rowGraph(candidates.graph, steps);
    this.#limits = ways.map((list) => ({
      sizes: [...new Set(list.map(scratchOf))],
      granules: [...new Set(list.map(({ granule }) => granule))],
      found: new Map(),
    }));
  }

  canRun(run: Range): boolean {
    return (
      this.ways.slice(run.first, run.last + 1).every(({ length }) => length > 0) &&
      canTakeTurns(this.#graph, run)
    );
  }

  isReadAfter({ last }: Range, id: TensorId): boolean {
    return this.live.lastRead(tensorOf(this.candidates.graph, id)) > last;
  }

  /** Options of a run below `most` bytes, none of which takes more than another in both bytes and cost. */
  optionsOf(run: Range, most: number): RunOption[] {
    if (this.#leastOf(run) >= most) return [];
    const limits = this.#limits.slice(run.first, run.last + 1);
    const scratch = [...new Set(limits.flatMap(({ sizes }) => sizes))].sort((a, b) => b - a);
    const caps = scratch.filter((_, i) => i % Math.ceil(scratch.length / SCRATCH_CAPS) === 0);
    const granules = [...new Set(limits.flatMap((limit) => limit.granules))];
    const tried = new Map<string, readonly number[]>();
    for (const granule of granules)
      for (const cap of [...caps, 0]) {
        const places = limits.map((_, i) => this.#withinCaps(run.first + i, granule, cap));
        tried.set(places.join(), places);
      }
    const options = [...tried.values()].map((places) =>
      this.optionOf(
        run,
        places.map((place, i) => this.ways[run.first + i]![place]!),
      ),
    );
    return undominated(options).filter(({ bytes }) => bytes < most);
  }

  // The place of the step's cheapest way within the caps; runs that overlap ask for the same.
  #withinCaps(step: number, granule: number, scratch: number): number {
    const { found } = this.#limits[step]!;
    const key = granule * 2 ** 32 + scratch;
    const known = found.get(key);
    if (known !== undefined) return known;
    const list = this.ways[step]!;
    const place = list.indexOf(withinCaps(list, granule, scratch));
    found.set(key, place);
    return place;
  }

  optionOf(run: Range, ways: readonly PricedWay[]): RunOption {
    const cost = ways.reduce((sum, way) => sum + way.cost, 0);
    return { bytes: this.#bytesOf(run, ways), cost, ways };
  }

  /** The option with every step made faster where that takes no more than `most` bytes. */
  hasten(run: Range, { ways }: RunOption, most: number): RunOption {
    const chosen = [...ways];
    this.ways.slice(run.first, run.last + 1).forEach((list, i) => {
      const before = chosen[i]!;
      const faster = list.slice(0, list.indexOf(before));
      const fits = (way: PricedWay) => {
        chosen[i] = way;
        return this.#bytesOf(run, chosen) <= most;
      };
      if (!faster.some(fits)) chosen[i] = before;
    });
    return this.optionOf(run, chosen);
  }

  // What no option of a run can do without: whole outputs, where they cannot trail all of an input.
  #leastOf(run: Range): number {
    const whole = this.#outputsOf(run).filter(({ id }) => this.isReadAfter(run, id));
    const bytes = whole.reduce((sum, tensor) => sum + byteLength(tensor), 0);
    const before = this.live.before[run.first]!;
    return Math.max(before, bytes);
  }

  #outputsOf({ first, last }: Range) {
    return this.#graph.slice(first, last + 1).map(({ output }) => output);
  }

  #bytesOf(run: Range, ways: readonly RowWay[]): number {
    const { rings, trails } = this.#flowOf(run, ways);
    const input = run.fed ? [this.#graph.at(-1)!.output] : [];
    const held = [...this.#outputsOf(run), ...input].reduce((sum, tensor) => {
      const [rows, bytes] = [rings.get(tensor.id), byteLength(tensor)];
      return sum + (rows === undefined ? bytes : (bytes / tensor.shape[1]!) * rows);
    }, 0);
    const scratch = Math.max(...ways.map(scratchOf));
    return this.live.before[run.first]! + held + scratch - this.#shared(run, trails);
  }

  // Bytes of outputs in the place of inputs that end with the run; each input gives way to one output.
  #shared(run: Range, trails: RowFlow['trails']): number {
    const taken = new Set<TensorId>();
    return [...trails]
      .map((trail) => ({ ...trail, saved: this.#saved(trail, run) }))
      .sort((a, b) => b.saved - a.saved)
      .reduce((sum, { input, output, saved }) => {
        if (taken.has(input) || taken.has(output)) return sum;
        taken.add(input).add(output);
        return sum + saved;
      }, 0);
  }

  #saved({ input, output, bytes }: RowFlow['trails'][number], run: Range): number {
    const { graph } = this.candidates;
    const host = tensorOf(graph, input);
    if (!this.live.isFree(host) || this.isReadAfter(run, input)) return 0;
    return Math.min(byteLength(host), byteLength(tensorOf(graph, output)) - bytes);
  }

  #flowOf(run: Range, ways: readonly RowWay[]): RowFlow {
    const granules = ways.map(({ granule }) => granule);
    const key = `${run.first} ${granules.join()} ${run.fed}`;
    let flow = this.flows.get(key);
    if (!flow) {
      const isWhole = (id: TensorId) => this.isReadAfter(run, id);
      flow = flowRows(this.#graph, { ...run, granules, isWhole });
      this.flows.set(key, flow);
    }
    return flow;
  }
}

/** Options that no other one is better than, from few bytes and much cost on. */
export function undominated<T extends Pick<RunOption, 'bytes' | 'cost'>>(
  options: readonly T[],
): T[] {
  let least = Infinity;
  return [...options]
    .sort((a, b) => a.bytes - b.bytes || a.cost - b.cost)
    .filter(({ cost }) => {
      const better = cost < least;
      least = Math.min(least, cost);
      return better;
    });
}

// The cheapest way within a granule, and within so much scratch or the least that there is.
function withinCaps(list: readonly PricedWay[], granule: number, scratch: number): PricedWay {
  const small = list.filter((way) => way.granule <= granule);
  const cap = Math.max(scratch, Math.min(...small.map(scratchOf)));
  return small.find((way) => scratchOf(way) <= cap)!;
}

function scratchOf({ candidate }: RowWay): number {
  return candidate.cost.scratchBytes;
}
