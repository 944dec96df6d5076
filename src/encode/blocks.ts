import type { WeightFormat, WeightMatrix } from './format.ts';
import { pairs2 } from './pairs.ts';

/** A format of blocks of weights of which some are not zero. */
export interface BlockFormat extends WeightFormat {
  /** Rows and columns of a block. */
  readonly height: number;
  readonly width: number;
  /** The blocks of `height` rows from `first` on, column by column. */
  blocks(matrix: WeightMatrix, first: number): WeightBlock[];
}

/** A block and the number of those that stand before it in its rows. */
export interface WeightBlock {
  readonly column: number;
  /** For each two rows A and B, column after column: 256 * A + B, in 16 bits. */
  readonly halves: readonly number[];
}

/** Four rows by two columns. */
export const blocks4x2 = inBlocks('blocks4x2', 4, 2);
/** Eight rows by one column. */
export const blocks8x1 = inBlocks('blocks8x1', 8, 1);

// Stored for each so many rows: the number of blocks, then the place and the halves of each.
function inBlocks(name: string, height: number, width: number): BlockFormat {
  const halves = (height * width) / 2;
  const blocks = (matrix: WeightMatrix, first: number): WeightBlock[] => {
    const across = Math.ceil(matrix.columns / width);
    return Array.from({ length: across }, (_, column) => ({
      column,
      halves: halvesOf(matrix, { first, height, column: column * width, width }),
    })).filter((block) => block.halves.some((half) => half !== 0));
  };
  const groups = ({ rows }: WeightMatrix) =>
    Array.from({ length: Math.ceil(rows / height) }, (_, group) => group * height);
  return {
    name,
    compressed: true,
    ...{ height, width, blocks },
    reject: (matrix) =>
      matrix.columns >= width * 2 ** 15
        ? `takes rows of less than ${width * 2 ** 15} weights, not ${matrix.columns}`
        : pairs2.reject(matrix),
    bytes: (matrix) =>
      groups(matrix).reduce(
        (sum, row) => sum + 2 + blocks(matrix, row).length * 2 * (1 + halves),
        0,
      ),
    encode: (matrix) =>
      Uint16Array.from(
        groups(matrix).flatMap((row) => {
          const found = blocks(matrix, row);
          return [found.length, ...found.flatMap((block) => [block.column, ...block.halves])];
        }),
      ),
    decode(stored, rows, columns) {
      const data = new Int8Array(rows * columns);
      let i = 0;
      for (let first = 0; first < rows; first += height)
        for (let count = stored[i++] ?? 0; count > 0; count--) {
          const column = width * (stored[i++] ?? 0);
          if (column >= columns) throw new RangeError(`rows ${first}… have a block at ${column}`);
          for (let k = 0; k < width; k++)
            for (let row = first; row < first + height; row += 2) {
              const half = stored[i + ((row - first) / 2) * width + k] ?? 0;
              const low = (half << 24) >> 24;
              set(data, { rows, columns }, [row, column + k], ((half - low) << 16) >> 24);
              set(data, { rows, columns }, [row + 1, column + k], low);
            }
          i += halves;
        }
      return { rows, columns, data };
    },
  };
}

interface Place {
  readonly first: number;
  readonly height: number;
  readonly column: number;
  readonly width: number;
}

function halvesOf({ rows, columns, data }: WeightMatrix, place: Place): number[] {
  const at = (row: number, k: number) => (row < rows && k < columns ? data[row * columns + k]! : 0);
  return Array.from({ length: (place.height * place.width) / 2 }, (_, i) => {
    const row = place.first + 2 * Math.floor(i / place.width);
    const k = place.column + (i % place.width);
    return (256 * at(row, k) + at(row + 1, k)) & 0xffff;
  });
}

function set(
  data: Int8Array,
  { rows, columns }: { readonly rows: number; readonly columns: number },
  [row, k]: readonly [number, number],
  weight: number,
): void {
  if (row < rows && k < columns) data[row * columns + k] = weight;
}
