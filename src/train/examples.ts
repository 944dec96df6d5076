/** Inputs with labels, in no particular order. */
export interface Examples {
  readonly count: number;
  /** The class of each, from 0. */
  readonly labels: ArrayLike<number>;
  /** Writes an input's floats. */
  read(index: number, to: Float32Array): void;
}

/** Some of the examples, by their places. */
export function subset(examples: Examples, places: readonly number[]): Examples {
  return {
    count: places.length,
    labels: places.map((place) => examples.labels[place]!),
    read: (index, to) => examples.read(places[index]!, to),
  };
}
