import type { Encoding } from './encoding.ts';

/** One byte a weight, row after row. */
export const dense: Encoding<Int8Array> = {
  name: 'dense',
  encode: (matrix) => matrix.data,
  decode: (data, rows, columns) => ({ rows, columns, data }),
};
