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

interface Exports {
  readonly scratchBytes: () => number;
  readonly gemm: (...numbers: readonly number[]) => void;
}

const PAGE_BYTES = 65536;
/** What assembly/asconfig.json says: 2 GiB at most. */
const MOST_PAGES = 32768;
/** AssemblyScript keeps its own data below. */
const FIRST_BYTE = 1024;

let compiled: WebAssembly.Module | undefined;

/** Memory for a network's floats, and matrix products on them (assembly/gemm.ts). */
export class Engine {
  // Shared memory grows without taking away the arrays that lie in it.
  readonly #memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  readonly #gemm: Exports['gemm'];
  readonly #scratch: number;
  #next = FIRST_BYTE;

  constructor() {
    compiled ??= new WebAssembly.Module(readPackageBytes('dist/gemm.wasm'));
    const instance = new WebAssembly.Instance(compiled, { env: { memory: this.#memory } });
    const { gemm, scratchBytes } = instance.exports as unknown as Exports;
    this.#gemm = gemm;
    this.#scratch = this.#take(scratchBytes());
  }

  /** Zeros of a shape, for as long as the engine lives. Throws RangeError beyond 2 GiB in all. */
  floats(...shape: readonly number[]): Float32Array {
    const count = product(shape);
    const start = this.#take(4 * count);
    return new Float32Array(this.#memory.buffer, start, count);
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
    this.#gemm(m, n, k, ...from, ...to);
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
