/** int8 weights as a matrix: a row for each output channel, `columns` taps in a row. */
export interface WeightMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Int8Array;
}

/** What lies in flash for a weight matrix. */
export type StoredWeights = Int8Array | Uint16Array | Uint32Array;

/** A lossless storage format of weights: `decode(encode(matrix), …)` is the matrix. */
export interface WeightFormat {
  /** Shown in reports and in the generated C. */
  readonly name: string;
  /** It stores less where weights are zero or alike; '--encoding dense' leaves it out. */
  readonly compressed?: boolean;
  /** Why these weights cannot be stored so, in words; undefined when they can. */
  reject(matrix: WeightMatrix): string | undefined;
  /** Bytes in flash, exact. */
  bytes(matrix: WeightMatrix): number;
  encode(matrix: WeightMatrix): StoredWeights;
  decode(stored: StoredWeights, rows: number, columns: number): WeightMatrix;
}
