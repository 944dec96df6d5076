import type { Engine } from './engine.ts';

/** Numbers that training changes, and the loss's derivative by each. */
export interface Variables {
  readonly values: Float32Array;
  readonly gradients: Float32Array;
}

/** How a parameter's values follow from what is trained. */
export interface Form {
  readonly variables: Variables;
  /** Writes the parameter's values. */
  expand(values: Float32Array): void;
  /** Makes the variables' gradients of the parameter's. */
  collect(gradients: Float32Array): void;
}

/** A constant of the network that is trained. */
export interface Parameter extends Variables {
  readonly name: string;
  readonly role: 'weights' | 'bias';
  readonly shape: readonly number[];
  /** The dimension of the output channels. */
  readonly axis: number;
  /** Left out: each value is trained for itself. */
  form?: Form;
}

/** What an optimizer changes for a parameter. */
export function variablesOf({ form, values, gradients }: Parameter): Variables {
  return form?.variables ?? { values, gradients };
}

/** The form of weights of which some stay zero. */
export interface Masked extends Form {
  /** 1 for each weight that stays, 0 for the others: it may be written anew between two steps. */
  readonly mask: Float32Array;
}

export function masked(engine: Engine, { values, gradients }: Variables): Masked {
  const mask = engine.floats(values.length).fill(1);
  const clear = (numbers: Float32Array) => engine.run('applyMask', mask.length, numbers, mask);
  return { variables: { values, gradients }, mask, expand: clear, collect: clear };
}
