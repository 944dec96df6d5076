/** How far one model's output is from another's, over all inputs, in what the values stand for. */
export interface OutputDifference {
  readonly tensor: string;
  /** Mean absolute error. */
  readonly mae: number;
  /** Root mean square error. */
  readonly rmse: number;
  readonly largest: number;
  /** Cosine similarity of all values; 1 where both are nothing but zeros. */
  readonly cosine: number;
}

/** Sums up pairs of an output. */
export class DifferenceSum {
  #count = 0;
  #absolute = 0;
  #squares = 0;
  #largest = 0;
  #dot = 0;
  #first = 0;
  #second = 0;

  /** Adds the values of one input; gives the sum of their squared differences. */
  add(first: Float64Array, second: Float64Array): number {
    let squares = 0;
    for (const [i, a] of first.entries()) {
      const b = second[i]!;
      const difference = Math.abs(a - b);
      squares += difference * difference;
      this.#absolute += difference;
      this.#largest = Math.max(this.#largest, difference);
      this.#dot += a * b;
      this.#first += a * a;
      this.#second += b * b;
    }
    this.#count += first.length;
    this.#squares += squares;
    return squares;
  }

  result(tensor: string): OutputDifference {
    const count = this.#count || 1;
    const length = Math.sqrt(this.#first) * Math.sqrt(this.#second);
    return {
      tensor,
      mae: this.#absolute / count,
      rmse: Math.sqrt(this.#squares / count),
      largest: this.#largest,
      cosine: length === 0 ? Number(this.#first === this.#second) : this.#dot / length,
    };
  }
}
