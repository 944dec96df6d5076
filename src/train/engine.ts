import { product } from '../support/bytes.ts';
import { assert } from '../support/diagnostics.ts';
import { readPackageBytes } from '../support/package-files.ts';

/** Sizes of a matrix product: [m][k] times [k][n] gives [m][n]. */
export interface Sizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** A factor in the engine's memory; `transposed`: it lies there with rows and columns exchanged. */
export interface Factor {
  readonly values: Float32Array;
  readonly transposed?: boolean;
}

/** What assembly/ computes, on arrays in the engine's memory: they are handed over as addresses. */
type Routine = 'gather' | 'scatter' | 'pool' | 'stepSgd' | 'stepAdam' | 'applyMask';

type Exports = Readonly<
  Record<Routine | 'gemm' | 'scratchBytes', (...numbers: number[]) => number>
>;

const PAGE_BYTES = 65536;
/** What assembly/asconfig.json says: 2 GiB at most. */
const MOST_PAGES = 32768;
/** AssemblyScript keeps its own data below. */
const FIRST_BYTE = 1024;

let compiled: WebAssembly.Module | undefined;

/** Memory for a network's numbers, and the inner loops of training on them (assembly/). */
export class Engine {
  // Shared memory grows without taking away the arrays that lie in it.
  readonly #memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  readonly #exports: Exports;
  readonly #scratch: number;
  #next = FIRST_BYTE;

  constructor() {
    compiled ??= new WebAssembly.Module(readPackageBytes('dist/train.wasm'));
    const instance = new WebAssembly.Instance(compiled, { env: { memory: this.#memory } });
    this.#exports = instance.exports as Exports;
    this.#scratch = this.#take(this.#exports.scratchBytes());
  }

  /** Zeros of a shape, for as long as the engine lives. Throws RangeError beyond 2 GiB in all. */
  floats(...shape: readonly number[]): Float32Array {
    const count = product(shape);
    const start = this.#take(4 * count);
    return new Float32Array(this.#memory.buffer, start, count);
  }

  /** The same for whole numbers. */
  integers(count: number): Int32Array {
    const start = this.#take(4 * count);
    return new Int32Array(this.#memory.buffer, start, count);
  }

  /** c = a * b, or c + a * b where it accumulates. All three lie in this engine's memory. */
  multiply({ m, n, k }: Sizes, a: Factor, b: Factor, c: Float32Array, accumulate = false): void {
    assert(
      a.values.length >= m * k && b.values.length >= k * n && c.length >= m * n,
      'a matrix is smaller than its product takes it for',
    );
    const [first, second] = [steps(a, k, m), steps(b, n, k)];
    const [from, to] = [
      [...first, ...second],
      [c.byteOffset, Number(accumulate), this.#scratch],
    ];
    this.#exports.gemm(m, n, k, ...from, ...to);
  }

  /** Runs a routine of assembly/; its arrays lie in this engine's memory. */
  run(routine: Routine, ...operands: readonly (number | Float32Array | Int32Array)[]): void {
    const numbers = operands.map((operand) =>
      typeof operand === 'number' ? operand : operand.byteOffset,
    );
    this.#exports[routine](...numbers);
  }

  #take(bytes: number): number {
    const start = this.#next;
    this.#next += 16 * Math.ceil(bytes / 16);
    const missing = this.#next - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    return start;
  }
}

// Where a factor lies, and how far apart its rows and columns are, in floats.
function steps({ values, transposed = false }: Factor, columns: number, rows: number): number[] {
  return [values.byteOffset, ...(transposed ? [1, rows] : [columns, 1])];
}
