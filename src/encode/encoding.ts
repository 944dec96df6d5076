/** int8 weights as a matrix: a row for each output channel, `columns` taps in a row. */
export interface WeightMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Int8Array;
}

/** A lossless storage format of weights: `decode(encode(m), …)` is m. */
export interface Encoding<Stored extends ArrayBufferView> {
  readonly name: string;
  encode(matrix: WeightMatrix): Stored;
  decode(stored: Stored, rows: number, columns: number): WeightMatrix;
}
