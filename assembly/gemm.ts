// Matrix products for src/train, compiled by AssemblyScript to WebAssembly with SIMD.
// Blocks as in Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34,
// 2008: panels of both factors are packed, so that the innermost loop reads memory in order. Sums run in
// the same order on every machine, and no product is fused with a sum: results are the same everywhere.

/** Rows and columns of the tile that the innermost loop keeps in registers: 12 of 16, one for A, two for B. */
const TILE_ROWS: usize = 6;
const TILE_COLUMNS: usize = 8;
/** Terms and rows of a packed block of A (some 100 KB: second-level cache), columns of one of B. */
const MOST_DEPTH: usize = 256;
const MOST_ROWS: usize = 96;
const MOST_COLUMNS: usize = 1024;

/** Bytes of scratch memory that `gemm` needs: the packed blocks, and a tile. */
export function scratchBytes(): usize {
  return 4 * (MOST_DEPTH * (MOST_ROWS + MOST_COLUMNS) + TILE_ROWS * TILE_COLUMNS);
}

/**
 * C[m][n] = (accumulate ? C : 0) + A[m][k] * B[k][n], floats. A's and B's elements lie `rowStep` and
 * `columnStep` floats apart, so that either may be transposed; C's rows are contiguous.
 */
export function gemm(
  m: usize,
  n: usize,
  k: usize,
  a: usize,
  aRowStep: usize,
  aColumnStep: usize,
  b: usize,
  bRowStep: usize,
  bColumnStep: usize,
  c: usize,
  accumulate: bool,
  scratch: usize,
): void {
  const packedA = scratch;
  const packedB = packedA + 4 * MOST_DEPTH * MOST_ROWS;
  const tile = packedB + 4 * MOST_DEPTH * MOST_COLUMNS;
  if (!accumulate) memory.fill(c, 0, 4 * m * n);
  for (let column: usize = 0; column < n; column += MOST_COLUMNS) {
    const columns = min(MOST_COLUMNS, n - column);
    for (let term: usize = 0; term < k; term += MOST_DEPTH) {
      const depth = min(MOST_DEPTH, k - term);
      const fromB = b + 4 * (term * bRowStep + column * bColumnStep);
      pack(fromB, bColumnStep, bRowStep, columns, depth, TILE_COLUMNS, packedB);
      for (let row: usize = 0; row < m; row += MOST_ROWS) {
        const rows = min(MOST_ROWS, m - row);
        const fromA = a + 4 * (row * aRowStep + term * aColumnStep);
        pack(fromA, aRowStep, aColumnStep, rows, depth, TILE_ROWS, packedA);
        const to = c + 4 * (row * n + column);
        for (let j: usize = 0; j < columns; j += TILE_COLUMNS)
          for (let i: usize = 0; i < rows; i += TILE_ROWS) {
            const panelA = packedA + 4 * i * depth;
            const panelB = packedB + 4 * j * depth;
            const place = to + 4 * (i * n + j);
            if (rows - i >= TILE_ROWS && columns - j >= TILE_COLUMNS)
              multiplyTile(panelA, panelB, depth, place, n);
            else {
              memory.fill(tile, 0, 4 * TILE_ROWS * TILE_COLUMNS);
              multiplyTile(panelA, panelB, depth, tile, TILE_COLUMNS);
              addTile(tile, min(TILE_ROWS, rows - i), min(TILE_COLUMNS, columns - j), place, n);
            }
          }
      }
    }
  }
}

// Lines of a factor in panels of `width` lines, [panel][depth][width], filled up with zeros.
function pack(
  from: usize,
  lineStep: usize,
  depthStep: usize,
  lines: usize,
  depth: usize,
  width: usize,
  to: usize,
): void {
  for (let line: usize = 0; line < lines; line += width) {
    const count = min(width, lines - line);
    let source = from + 4 * line * lineStep;
    for (let d: usize = 0; d < depth; d++) {
      if (lineStep == 1 && count == TILE_COLUMNS) {
        v128.store(to, v128.load(source));
        v128.store(to, v128.load(source, 16), 16);
      } else {
        for (let l: usize = 0; l < count; l++)
          store<f32>(to + 4 * l, load<f32>(source + 4 * l * lineStep));
        for (let l = count; l < width; l++) store<f32>(to + 4 * l, 0);
      }
      source += 4 * depthStep;
      to += 4 * width;
    }
  }
}

// Adds the product of two panels to a tile of C.
function multiplyTile(a: usize, b: usize, depth: usize, c: usize, n: usize): void {
  let c00 = f32x4.splat(0),
    c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0),
    c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0),
    c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0),
    c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0),
    c41 = f32x4.splat(0);
  let c50 = f32x4.splat(0),
    c51 = f32x4.splat(0);
  for (; depth > 0; depth--) {
    const left = v128.load(b);
    const right = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = f32x4.add(c00, f32x4.mul(x, left));
    c01 = f32x4.add(c01, f32x4.mul(x, right));
    x = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(x, left));
    c11 = f32x4.add(c11, f32x4.mul(x, right));
    x = v128.load32_splat(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(x, left));
    c21 = f32x4.add(c21, f32x4.mul(x, right));
    x = v128.load32_splat(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(x, left));
    c31 = f32x4.add(c31, f32x4.mul(x, right));
    x = v128.load32_splat(a, 16);
    c40 = f32x4.add(c40, f32x4.mul(x, left));
    c41 = f32x4.add(c41, f32x4.mul(x, right));
    x = v128.load32_splat(a, 20);
    c50 = f32x4.add(c50, f32x4.mul(x, left));
    c51 = f32x4.add(c51, f32x4.mul(x, right));
    a += 4 * TILE_ROWS;
    b += 4 * TILE_COLUMNS;
  }
  addRow(c, c00, c01);
  addRow((c += 4 * n), c10, c11);
  addRow((c += 4 * n), c20, c21);
  addRow((c += 4 * n), c30, c31);
  addRow((c += 4 * n), c40, c41);
  addRow((c += 4 * n), c50, c51);
}

function addRow(c: usize, left: v128, right: v128): void {
  v128.store(c, f32x4.add(v128.load(c), left));
  v128.store(c, f32x4.add(v128.load(c, 16), right), 16);
}

function addTile(tile: usize, rows: usize, columns: usize, c: usize, n: usize): void {
  for (let i: usize = 0; i < rows; i++)
    for (let j: usize = 0; j < columns; j++) {
      const at = c + 4 * (i * n + j);
      store<f32>(at, load<f32>(at) + load<f32>(tile + 4 * (i * TILE_COLUMNS + j)));
    }
}
