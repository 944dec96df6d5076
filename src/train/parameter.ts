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
  /** Left out: each value is trained for itself. */
  form?: Form;
}

/** What an optimizer changes for a parameter. */
export function variablesOf({ form, values, gradients }: Parameter): Variables {
  return form?.variables ?? { values, gradients };
}

/** The form of weights of which some stay zero: those without a 1 in the mask. */
export function masked(variables: Variables, mask: Uint8Array): Form {
  const clear = (numbers: Float32Array) => {
    for (let i = 0; i < mask.length; i++) if (mask[i] === 0) numbers[i] = 0;
  };
  clear(variables.values);
  return { variables, expand: clear, collect: clear };
}
