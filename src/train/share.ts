import type { Engine } from './engine.ts';
import type { Form } from './parameter.ts';

/** Weights that share a few values. */
export interface Clusters {
  readonly centroids: Float32Array;
  /** The centroid of each weight, -1 for weights that are zero and stay so. */
  readonly places: Int16Array;
}

/** Rounds of k-means without which it has settled. */
const MOST_ROUNDS = 60;

/**
 * k-means over the weights that are not zero, from centroids spread evenly between the least and the largest:
 * rare large weights keep a centroid near them (Han, Mao and Dally, "Deep Compression", 2016, section 3.2).
 */
export function cluster(weights: Float32Array, count: number): Clusters {
  const sorted = weights.filter((weight) => weight !== 0).sort();
  const [least = 0, most = 0] = [sorted[0], sorted.at(-1)];
  const used = Math.min(count, new Set(sorted).size);
  let centroids = Float64Array.from({ length: used }, (_, c) =>
    used === 1 ? (least + most) / 2 : least + (c * (most - least)) / (used - 1),
  );
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const moved = means(sorted, centroids);
    if (moved.every((centroid, c) => centroid === centroids[c])) break;
    centroids = moved;
  }
  const places = Int16Array.from(weights, (weight) =>
    weight === 0 ? -1 : nearest(centroids, weight),
  );
  return { centroids: Float32Array.from(centroids), places };
}

/** The clusters of weights that share few values already. */
export function presentClusters(weights: Float32Array): Clusters {
  const centroids = Float32Array.from(new Set(weights.filter((weight) => weight !== 0))).sort();
  const place = new Map(Array.from(centroids, (centroid, c) => [centroid, c]));
  return { centroids, places: Int16Array.from(weights, (weight) => place.get(weight) ?? -1) };
}

/** The form of weights that share values: a centroid's gradient is the sum over its weights (section 3.3). */
export function shared(engine: Engine, { centroids, places }: Clusters): Form {
  const values = engine.floats(centroids.length);
  const gradients = engine.floats(centroids.length);
  values.set(centroids);
  return {
    variables: { values, gradients },
    expand(weights) {
      for (let i = 0; i < places.length; i++) weights[i] = places[i]! < 0 ? 0 : values[places[i]!]!;
    },
    collect(weightGradients) {
      gradients.fill(0);
      for (let i = 0; i < places.length; i++)
        if (places[i]! >= 0) gradients[places[i]!]! += weightGradients[i]!;
    },
  };
}

// The means of the sorted weights that are nearest to each centroid; one without weights stays.
function means(sorted: Float32Array, centroids: Float64Array): Float64Array<ArrayBuffer> {
  const moved = centroids.slice();
  let at = 0;
  for (let c = 0; c < centroids.length; c++) {
    const next = centroids[c + 1];
    const border = next === undefined ? Infinity : (centroids[c]! + next) / 2;
    let [sum, count] = [0, 0];
    for (; at < sorted.length && sorted[at]! < border; at++, count++) sum += sorted[at]!;
    if (count > 0) moved[c] = sum / count;
  }
  return moved;
}

function nearest(centroids: Float64Array, weight: number): number {
  let [low, high] = [0, centroids.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (weight < (centroids[middle]! + centroids[middle + 1]!) / 2) high = middle;
    else low = middle + 1;
  }
  return low;
}
