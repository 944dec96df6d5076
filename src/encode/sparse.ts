import type { WeightFormat, WeightMatrix } from './format.ts';

/** A format of single nonzero weights, row after row. */
export interface SparseFormat extends WeightFormat {
  /** The halfwords of one row, as kernels read them. */
  entries(matrix: WeightMatrix, row: number): number[];
}

/**
 * A halfword for each nonzero weight: the weight in the upper byte, below it how many columns it stands
 * after the one before (the first: after column 0). Longer gaps take entries of weight 0, so no entry is 0
 * but the first of a row. Stored with the number of entries before each row.
 */
export const us8 = unstructured('us8', { reach: 255, step: 1 });
/** The same with gaps of at most 15 columns, times 16: offsets of 16 bytes that need no shift. */
export const us8Near = unstructured('us8-near', { reach: 15, step: 16 });

function unstructured(
  name: string,
  { reach, step }: { readonly reach: number; readonly step: number },
): SparseFormat {
  const entries = ({ columns, data }: WeightMatrix, row: number) => {
    const found: number[] = [];
    let gap = 0;
    for (let k = 0; k < columns; k++, gap++) {
      const weight = data[row * columns + k]!;
      if (weight === 0) continue;
      for (; gap > reach; gap -= reach) found.push(reach * step);
      found.push(((weight & 255) << 8) | (gap * step));
      gap = 0;
    }
    return found;
  };
  const rowsOf = (matrix: WeightMatrix) =>
    Array.from({ length: matrix.rows }, (_, row) => entries(matrix, row));
  return {
    name,
    compressed: true,
    entries,
    reject: ({ columns }) =>
      columns < 2 ** 16 ? undefined : `takes rows of less than 65536 weights, not ${columns}`,
    bytes: (matrix) => rowsOf(matrix).reduce((sum, row) => sum + 2 * (1 + row.length), 0),
    encode: (matrix) => Uint16Array.from(rowsOf(matrix).flatMap((row) => [row.length, ...row])),
    decode(stored, rows, columns) {
      const data = new Int8Array(rows * columns);
      let i = 0;
      for (let row = 0; row < rows; row++) {
        let k = 0;
        for (let count = stored[i++] ?? 0; count > 0; count--) {
          const entry = stored[i++] ?? 0;
          k += (entry & 255) / step;
          if (k >= columns) throw new RangeError(`row ${row} has an entry in column ${k}`);
          data[row * columns + k] = entry >> 8;
        }
      }
      return { rows, columns, data };
    },
  };
}
