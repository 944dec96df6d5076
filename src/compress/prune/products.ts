/** Places by columns, as a matrix. */
export interface Block {
  readonly data: Float64Array;
  readonly count: number;
  readonly columns: number;
}

/** Adds xᵀ x to `sums` [columns][columns], from the diagonal on, four places at a time. */
function addGram(sums: Float64Array, { data: x, count, columns }: Block): void {
  let p = 0;
  for (; p + 4 <= count; p += 4) {
    const [p0, p1, p2, p3] = [0, 1, 2, 3].map((i) => (p + i) * columns) as [
      number,
      number,
      number,
      number,
    ];
    for (let i = 0; i < columns; i++) {
      const [a0, a1, a2, a3] = [x[p0 + i]!, x[p1 + i]!, x[p2 + i]!, x[p3 + i]!];
      // Inputs behind a ReLU are 0 about as often as not.
      if (a0 === 0 && a1 === 0 && a2 === 0 && a3 === 0) continue;
      const to = i * columns;
      for (let j = i; j < columns; j++)
        sums[to + j]! += a0 * x[p0 + j]! + a1 * x[p1 + j]! + a2 * x[p2 + j]! + a3 * x[p3 + j]!;
    }
  }
  for (; p < count; p++)
    for (let i = 0; i < columns; i++) {
      const factor = x[p * columns + i]!;
      if (factor === 0) continue;
      for (let j = i; j < columns; j++) sums[i * columns + j]! += factor * x[p * columns + j]!;
    }
}

/** xᵀ x less the means [columns][columns], both halves. */
export function centredGram(block: Block): Float64Array {
  const sums = new GramSums(block.columns);
  sums.add(block);
  return sums.finish();
}

/** The same of places that come some at a time. */
export class GramSums {
  #count = 0;
  readonly #products: Float64Array;
  readonly #totals: Float64Array;

  constructor(readonly columns: number) {
    this.#products = new Float64Array(columns * columns);
    this.#totals = new Float64Array(columns);
  }

  add(block: Block): void {
    const { data, count, columns } = block;
    this.#count += count;
    addGram(this.#products, block);
    const totals = this.#totals;
    for (let p = 0; p < count; p++)
      for (let k = 0; k < columns; k++) totals[k]! += data[p * columns + k]!;
  }

  /** The sums are used up. */
  finish(): Float64Array {
    const { columns } = this;
    const [sums, totals, count] = [this.#products, this.#totals, Math.max(1, this.#count)];
    for (let i = 0; i < columns; i++)
      for (let j = i; j < columns; j++) {
        const value = sums[i * columns + j]! - (totals[i]! * totals[j]!) / count;
        sums[i * columns + j] = value;
        sums[j * columns + i] = value;
      }
    return sums;
  }
}
