import type { Activation as Clamp } from '../../ops/activation/clamp.ts';
import { clampRange } from '../../ops/activation/clamp.ts';
import type { Activation } from '../layer.ts';
import { gradientsOf } from '../layer.ts';

/** What a fused activation does to a layer's output, and to its gradients. */
export interface Clamped {
  forward(output: Activation, samples: number): void;
  backward(output: Activation, samples: number): void;
}

/** The clamps of the ReLU family; undefined where there is none. */
export function clampOf(activation: Clamp): Clamped | undefined {
  if (activation === 'none') return undefined;
  const [low, high] = clampRange(activation, { dtype: 'float32', shape: [] });
  return {
    forward({ values, size }, samples) {
      for (let i = 0; i < samples * size; i++) {
        const x = values[i]!;
        values[i] = x < low ? low : x > high ? high : x;
      }
    },
    // Where it clamps, the output does not move.
    backward(output, samples) {
      const { values, size } = output;
      const gradients = gradientsOf(output);
      for (let i = 0; i < samples * size; i++)
        if (values[i]! <= low || values[i]! >= high) gradients[i] = 0;
    },
  };
}
