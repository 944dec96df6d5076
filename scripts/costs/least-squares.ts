/**
 * The coefficients, none below 0, by which the rows' features come nearest to their values in
 * relative terms: least squares of prediction / value - 1, by coordinate descent. Rows that are far
 * off count for more in each round, so that the worst come nearer to the rest.
 */
export function fitRelative(rows: readonly Row[]): number[] {
  const scaled = rows.map(({ features, value }) => features.map((x) => x / value));
  let weights = rows.map(({ weight = 1 }) => weight);
  let best = { worst: Infinity, found: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    const found = descend(scaled, weights);
    const errors = scaled.map((row, i) => Math.abs(dot(row, found) - 1) * (rows[i]!.weight ?? 1));
    const worst = Math.max(...errors);
    if (worst < best.worst) best = { worst, found };
    weights = weights.map((weight, i) => weight * (0.5 + errors[i]! / (worst || 1)));
  }
  return best.found;
}

/** What was measured once; `weight`: how much more an error of it counts than one of another row. */
export interface Row {
  readonly features: readonly number[];
  readonly value: number;
  readonly weight?: number;
}

const ROUNDS = 40;
const SWEEPS = 3000;

// Minimizes sum weight * (row . x - 1)^2 over x >= 0: each coordinate in turn to its best.
function descend(rows: readonly (readonly number[])[], weights: readonly number[]): number[] {
  const count = rows[0]!.length;
  const axes = Array.from({ length: count }, (_, i) => i);
  const products = axes.map((i) =>
    axes.map((j) => rows.reduce((sum, row, n) => sum + weights[n]! * row[i]! * row[j]!, 0)),
  );
  const wanted = axes.map((i) => rows.reduce((sum, row, n) => sum + weights[n]! * row[i]!, 0));
  const x = axes.map(() => 0);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const i of axes) {
      const own = products[i]![i]!;
      if (own > 0) x[i] = Math.max(0, x[i]! + (wanted[i]! - dot(products[i]!, x)) / own);
    }
  }
  return x;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0);
}
