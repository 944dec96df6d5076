import type { TensorId } from '../ir/types.ts';
import { byteLength } from '../ir/types.ts';
import { alignUp } from '../support/bytes.ts';
import { rowsHeld, rowsNeeded } from './held-rows.ts';
import type { RowStep } from './row-graph.ts';

/** A run of steps that take turns, row by row. */
export interface RowRun {
  /** Numbers of its steps. */
  readonly first: number;
  readonly last: number;
  /** Rows that each step computes at a time. */
  readonly granules: readonly number[];
  /** Whether the application gives the input row by row. */
  readonly fed: boolean;
  /** Whether a tensor of the run is needed afterwards: it gets no ring. */
  isWhole(id: TensorId): boolean;
}

/** What a run asks of memory. */
export interface RowFlow {
  /** Rows held of each tensor that lives in a ring; the others of the run are whole. */
  readonly rings: ReadonlyMap<TensorId, number>;
  readonly trails: readonly Trail[];
}

/** A whole output of a run whose rows may take the place of input rows that nobody needs any more. */
export interface Trail {
  readonly output: TensorId;
  readonly input: TensorId;
  /** The input has to begin so many bytes behind the output, or further. */
  readonly bytes: number;
}

const ALIGNMENT = 4;

/**
 * Runs a run on row numbers, its outputs pulled one after the other, each step computing rows only
 * when they are asked for: no order needs fewer. The generated code computes rows as soon as it can
 * within these rings; since a step that can go on never hinders another one for good, it gets
 * through (Parks, "Bounded scheduling of process networks", 1995, ch. 4).
 */
export function flowRows(graph: readonly RowStep[], run: RowRun): RowFlow {
  return new Flow(graph, run).flow();
}

class Flow {
  /** Rows done by each step of the run, and last of the input. */
  readonly #ready: Int32Array;
  /** Rows that its ring holds; 0: it has none. */
  readonly #held: Int32Array;
  /** 1: the step's output gets a ring. */
  readonly #ringed: Uint8Array;
  /** What the others have done when a step begins: written anew for each row. */
  readonly #before: Int32Array;
  readonly #steps: readonly number[];
  readonly #sinks: readonly number[];

  constructor(
    readonly graph: readonly RowStep[],
    readonly run: RowRun,
  ) {
    const { first, last, fed } = run;
    const steps = Array.from({ length: last + 1 - first }, (_, i) => first + i);
    this.#steps = fed ? [...steps, graph.length - 1] : steps;
    this.#ready = new Int32Array(steps.length + 1);
    this.#held = new Int32Array(steps.length + 1);
    this.#before = new Int32Array(steps.length + 1);
    this.#ringed = Uint8Array.from(this.#steps, (step) => {
      const { output, readers } = graph[step]!;
      return readers.length > 0 && !run.isWhole(output.id) ? 1 : 0;
    });
    this.#sinks = steps.filter((step) => {
      const { output, readers } = graph[step]!;
      return run.isWhole(output.id) || !readers.some((reader) => this.#isInside(reader));
    });
  }

  flow(): RowFlow {
    if (!this.#holdAlone()) this.#holdTogether();
    const held = this.#steps.flatMap((step, i): [TensorId, number][] =>
      this.#held[i]! > 0 ? [[this.graph[step]!.output.id, this.#held[i]!]] : [],
    );
    return { rings: new Map(held), trails: this.#sinks.flatMap((sink) => this.#trailsOf(sink)) };
  }

  // Where each ring has one reader, what it holds hangs on these two steps alone.
  #holdAlone(): boolean {
    if (
      this.#steps.some((step, i) => this.#ringed[i] === 1 && this.graph[step]!.readers.length > 1)
    )
      return false;
    this.#steps.forEach((step, i) => {
      if (this.#ringed[i] === 0) return;
      const { height, readers } = this.graph[step]!;
      const reader = this.graph[readers[0]!]!;
      const granules = [this.#granuleOf(step), this.#granuleOf(readers[0]!)] as const;
      this.#held[i] = rowsHeld(height, reader, granules);
    });
    return true;
  }

  #holdTogether(): void {
    const share = (step: number) => this.#ready[this.#at(step)]! / this.graph[step]!.height;
    for (;;) {
      const next = this.#sinks.reduce((a, b) => (share(b) < share(a) ? b : a));
      if (share(next) === 1) break;
      this.#pull(next, this.#ready[this.#at(next)]! + 1);
    }
  }

  // Where a step's counts are; those of the input come last.
  #at(step: number): number {
    return step > this.run.last ? this.#ready.length - 1 : step - this.run.first;
  }

  #isInside(step: number): boolean {
    return (step >= this.run.first && step <= this.run.last) || this.#isInput(step);
  }

  #isInput(step: number): boolean {
    return this.run.fed && step === this.graph.length - 1;
  }

  #granuleOf(step: number): number {
    return this.#isInput(step) ? 1 : this.run.granules[step - this.run.first]!;
  }

  #pull(step: number, rows: number): void {
    const { height, rule, needs, readers } = this.graph[step]!;
    const [granule, at] = [this.#granuleOf(step), this.#at(step)];
    while (this.#ready[at]! < rows) {
      const to = Math.min(this.#ready[at]! + granule, height);
      for (const { tensor, maker } of needs)
        if (this.#isInside(maker)) this.#pull(maker, rowsNeeded(rule!, to, tensor.shape[1]!));
      if (this.#ringed[at] === 1) {
        const alive = to - this.#oldestNeeded(readers, this.#ready);
        this.#held[at] = Math.max(this.#held[at]!, alive, Math.min(granule, height));
      }
      this.#ready[at] = to;
    }
  }

  // The first row of a tensor that any of its readers in the run will still read.
  #oldestNeeded(readers: readonly number[], ready: Int32Array): number {
    let oldest = Infinity;
    for (const reader of readers) {
      if (!this.#isInside(reader)) continue;
      const { height, rule } = this.graph[reader]!;
      const row = ready[this.#at(reader)]!;
      if (row < height) oldest = Math.min(oldest, Math.max(0, row * rule!.stride - rule!.padding));
    }
    return oldest;
  }

  // Before a step computes rows of an output, others have computed what they need, in every order:
  // input rows that nobody reads after that are free.
  #trailsOf(sink: number): Trail[] {
    const { output, height } = this.graph[sink]!;
    const inputs = this.#inputs();
    const distances = inputs.map(() => 0);
    const granule = this.#granuleOf(sink);
    for (let row = 0; row < height; row += granule) {
      const to = Math.min(row + granule, height);
      const ready = this.#readyBefore(sink, row, to);
      inputs.forEach(({ tensor, readers }, i) => {
        const oldest = this.#oldestNeeded(readers, ready);
        if (oldest === Infinity) return;
        const distance = to * rowBytes(output) - oldest * rowBytes(tensor);
        distances[i] = Math.max(distances[i]!, distance);
      });
    }
    return inputs
      .map(({ tensor }, i) => ({ input: tensor.id, bytes: alignUp(distances[i]!, ALIGNMENT) }))
      .filter(({ bytes }) => bytes < byteLength(output))
      .map((trail) => ({ output: output.id, ...trail }));
  }

  // Rows that each step has done at least when `sink` is about to compute those from `row` to `to`.
  #readyBefore(sink: number, row: number, to: number): Int32Array {
    const ready = this.#before.fill(0);
    for (let step = sink; step >= this.run.first; step--) {
      const { needs, rule } = this.graph[step]!;
      const done = step === sink ? to : ready[this.#at(step)]!;
      if (done === 0) continue;
      for (const { tensor, maker } of needs) {
        if (!this.#isInside(maker)) continue;
        const rows = rowsNeeded(rule!, done, tensor.shape[1]!);
        const whole = alignUp(Math.max(0, rows), this.#granuleOf(maker));
        const at = this.#at(maker);
        ready[at] = Math.max(ready[at]!, Math.min(whole, tensor.shape[1]!));
      }
    }
    ready[this.#at(sink)] = row;
    return ready;
  }

  // Tensors from before the run, with their readers in it, all of which read rows.
  #inputs() {
    const { first, last } = this.run;
    const inputs = new Map<
      TensorId,
      { readonly tensor: RowStep['output']; readonly readers: number[] }
    >();
    const whole = new Set<TensorId>();
    for (let step = first; step <= last; step++) {
      for (const { tensor, maker } of this.graph[step]!.needs) {
        if (tensor.data || this.#isInside(maker)) continue;
        if (!inputs.has(tensor.id)) inputs.set(tensor.id, { tensor, readers: [] });
        inputs.get(tensor.id)!.readers.push(step);
      }
      for (const { tensor } of this.graph[step]!.wholes) whole.add(tensor.id);
    }
    return [...inputs.values()].filter(({ tensor }) => !whole.has(tensor.id));
  }
}

function rowBytes(tensor: RowStep['output']): number {
  return byteLength(tensor) / tensor.shape[1]!;
}
