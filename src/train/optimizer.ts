import type { Variables } from './parameter.ts';

/** Changes variables so that the loss falls. */
export interface Optimizer {
  /** One step along the gradients; `rate`: the learning rate. Always the same list of variables. */
  step(variables: readonly Variables[], rate: number): void;
  /** What it remembers from step to step: to be kept with a checkpoint, and given back. */
  readonly memory: Memory;
}

export interface Memory {
  steps: number;
  /** One array or more for each variable, zeros at first. */
  arrays: Float32Array[][];
}

/** Stochastic gradient descent with momentum (Sutskever et al., 2013, section 2, without Nesterov's change). */
export function sgd({ momentum = 0.9 } = {}): Optimizer {
  const memory: Memory = { steps: 0, arrays: [] };
  return {
    memory,
    step(variables, rate) {
      prepare(memory, variables, 1);
      variables.forEach(({ values, gradients }, v) => {
        const [velocity] = memory.arrays[v]! as [Float32Array];
        for (let i = 0; i < values.length; i++) {
          velocity[i] = momentum * velocity[i]! + gradients[i]!;
          values[i]! -= rate * velocity[i]!;
        }
      });
    },
  };
}

/** Adam (Kingma and Ba, 2015, algorithm 1). */
export function adam({ first = 0.9, second = 0.999, epsilon = 1e-8 } = {}): Optimizer {
  const memory: Memory = { steps: 0, arrays: [] };
  return {
    memory,
    step(variables, rate) {
      prepare(memory, variables, 2);
      const { steps } = memory;
      const scale = (rate * Math.sqrt(1 - second ** steps)) / (1 - first ** steps);
      const small = epsilon * Math.sqrt(1 - second ** steps);
      variables.forEach(({ values, gradients }, v) => {
        const [mean, power] = memory.arrays[v]! as [Float32Array, Float32Array];
        for (let i = 0; i < values.length; i++) {
          const gradient = gradients[i]!;
          mean[i]! += (1 - first) * (gradient - mean[i]!);
          power[i]! += (1 - second) * (gradient * gradient - power[i]!);
          values[i]! -= (scale * mean[i]!) / (Math.sqrt(power[i]!) + small);
        }
      });
    },
  };
}

function prepare(memory: Memory, variables: readonly Variables[], count: number): void {
  memory.steps++;
  if (memory.arrays.length === 0)
    memory.arrays = variables.map(({ values }) =>
      Array.from({ length: count }, () => new Float32Array(values.length)),
    );
}
