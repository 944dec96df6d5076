import type { Parameter } from './parameter.ts';

/** Which weights of each parameter stay: 1 for those. */
export type Masks = readonly Uint8Array[];

/**
 * Masks that keep so large a share of all weights, chosen by one threshold over all layers on LAMP scores: a
 * weight's square over the sum of the squares of its layer's weights that are not smaller (Lee et al.,
 * "Layer-adaptive sparsity for the magnitude-based pruning", 2021, equation 1). Weights that are zero go first;
 * the largest of each layer stays.
 */
export function lampMasks(parameters: readonly Pick<Parameter, 'values'>[], kept: number): Masks {
  const layers = parameters.map(({ values }) => scoresOf(values));
  const total = layers.reduce((sum, { scores }) => sum + scores.length, 0);
  const all = new Float64Array(total);
  let at = 0;
  for (const { scores } of layers) {
    all.set(scores, at);
    at += scores.length;
  }
  all.sort();
  const threshold = all[Math.min(total - 1, total - Math.round(kept * total))]!;
  return parameters.map(({ values }, layer) => {
    const { squares, scores } = layers[layer]!;
    // Scores rise with the squares: the layer's own threshold is where they pass the common one.
    const first = scores.findIndex((score) => score >= threshold && score > 0);
    const least = first < 0 ? Infinity : squares[first]!;
    return Uint8Array.from(values, (value) => (value * value >= least ? 1 : 0));
  });
}

/**
 * The share of weights that is kept at a point of gradual pruning, `progress` from 0 (all) to 1 (`last`): it
 * falls fast at first, then slowly (Zhu and Gupta, "To prune, or not to prune", 2017, equation 1).
 */
export function cubicShare(last: number, progress: number): number {
  return last + (1 - last) * (1 - Math.min(1, Math.max(0, progress))) ** 3;
}

// A layer's squares in rising order, and their scores.
function scoresOf(values: Float32Array) {
  const squares = Float64Array.from(values, (value) => value * value).sort();
  const scores = new Float64Array(squares.length);
  let sum = 0;
  for (let i = squares.length - 1; i >= 0; i--) {
    sum += squares[i]!;
    scores[i] = sum === 0 ? 0 : squares[i]! / sum;
  }
  return { squares, scores };
}
