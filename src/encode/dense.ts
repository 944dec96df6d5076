import type { WeightFormat } from './format.ts';

/** One byte a weight, row after row. */
export const dense: WeightFormat = {
  name: 'dense',
  reject: () => undefined,
  bytes: ({ data }) => data.length,
  encode: ({ data }) => data,
  decode: (stored, rows, columns) => ({ rows, columns, data: Int8Array.from(stored) }),
};
