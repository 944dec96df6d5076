/**
 * Factors a symmetric positive definite matrix [n][n] in place: its lower triangle becomes L of L Lᵀ.
 * Returns false where the matrix is not positive definite. Source: Golub and Van Loan, "Matrix
 * Computations", section 4.2.
 */
export function factor(a: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const rest = a[i * n + j]! - dot(a, i * n, a, j * n, j);
      if (i !== j) a[i * n + j] = rest / a[j * n + j]!;
      else if (rest > 0) a[i * n + i] = Math.sqrt(rest);
      else return false;
    }
  return true;
}

/** Solves L Lᵀ x = b in place. */
export function solve(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) b[i] = (b[i]! - dot(l, i * n, b, 0, i)) / l[i * n + i]!;
  for (let i = n - 1; i >= 0; i--) {
    const x = (b[i] = b[i]! / l[i * n + i]!);
    for (let k = 0; k < i; k++) b[k]! -= l[i * n + k]! * x;
  }
}

/** The diagonal of the inverse of L Lᵀ: squares of the columns of L's inverse, added up. */
export function inverseDiagonal(l: Float64Array, n: number): Float64Array {
  const diagonal = new Float64Array(n);
  const column = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    let sum = (column[j] = 1 / l[j * n + j]!) ** 2;
    for (let i = j + 1; i < n; i++) {
      const x = (column[i] = -dot(l, i * n + j, column, j, i - j) / l[i * n + i]!);
      sum += x * x;
    }
    diagonal[j] = sum;
  }
  return diagonal;
}

// Four sums, so that no addition waits for the one before it.
function dot(a: Float64Array, i: number, b: Float64Array, j: number, count: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    s0 += a[i + k]! * b[j + k]!;
    s1 += a[i + k + 1]! * b[j + k + 1]!;
    s2 += a[i + k + 2]! * b[j + k + 2]!;
    s3 += a[i + k + 3]! * b[j + k + 3]!;
  }
  for (; k < count; k++) s0 += a[i + k]! * b[j + k]!;
  return s0 + s1 + (s2 + s3);
}
