import type { Engine } from './engine.ts';
import type { Variables } from './parameter.ts';

/** Changes variables so that the loss falls. */
export interface Optimizer {
  /** One step along the gradients; `rate`: the learning rate. */
  step(rate: number): void;
  /** What it remembers from step to step: kept with a checkpoint, and given back. */
  readonly memory: Memory;
}

export interface Memory {
  steps: number;
  /** One array or more for each variable, zeros at first. */
  arrays: readonly (readonly Float32Array[])[];
}

/** Stochastic gradient descent with momentum (Sutskever et al., 2013, section 2, without Nesterov's change). */
export function sgd(
  engine: Engine,
  variables: readonly Variables[],
  { momentum = 0.9 } = {},
): Optimizer {
  const memory = memoryFor(engine, variables, 1);
  return {
    memory,
    step(rate) {
      memory.steps++;
      variables.forEach(({ values, gradients }, v) => {
        const ends = [values.length, values, gradients, ...memory.arrays[v]!];
        engine.run('stepSgd', ...ends, rate, momentum);
      });
    },
  };
}

/** Adam (Kingma and Ba, 2015, algorithm 1). */
export function adam(
  engine: Engine,
  variables: readonly Variables[],
  { first = 0.9, second = 0.999, epsilon = 1e-8 } = {},
): Optimizer {
  const memory = memoryFor(engine, variables, 2);
  return {
    memory,
    step(rate) {
      memory.steps++;
      const correction = Math.sqrt(1 - second ** memory.steps);
      const scaled = (rate * correction) / (1 - first ** memory.steps);
      const constants = [scaled, first, second, epsilon * correction];
      variables.forEach(({ values, gradients }, v) => {
        const ends = [values.length, values, gradients, ...memory.arrays[v]!];
        engine.run('stepAdam', ...ends, ...constants);
      });
    },
  };
}

function memoryFor(engine: Engine, variables: readonly Variables[], count: number): Memory {
  const arraysOf = ({ values }: Variables) =>
    Array.from({ length: count }, () => engine.floats(values.length));
  return { steps: 0, arrays: variables.map(arraysOf) };
}
