import type { Random } from '../support/random.ts';

/**
 * Weights to begin with for layers with ReLUs: uniform, with the variance 2 / depth (He et al., "Delving deep
 * into rectifiers", 2015, equation 10).
 */
export function initialWeights(count: number, depth: number, random: Random): Float32Array {
  const most = Math.sqrt(6 / depth);
  return Float32Array.from({ length: count }, () => random.real(-most, most));
}
