import type { Engine } from './engine.ts';
import type { Form, Parameter } from './parameter.ts';

const MOST = 127;

/**
 * The form of weights that are used as int8 will hold them, while what is trained stays float: each is rounded
 * to its channel's steps, and the gradient goes straight through (Jacob et al., "Quantization and training of
 * neural networks", 2018, section 3; Bengio, Léonard and Courville, 2013). Weights that are zero stay zero.
 */
export function fakeQuantized(engine: Engine, { values, shape, axis }: Parameter): Form {
  const [latent, gradients] = [engine.floats(values.length), engine.floats(values.length)];
  latent.set(values);
  const isZero = Uint8Array.from(values, (value) => (value === 0 ? 1 : 0));
  const channels = shape[axis]!;
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const channelOf = (i: number) => Math.floor(i / inner) % channels;
  const steps = new Float64Array(channels);
  return {
    variables: { values: latent, gradients },
    expand(weights) {
      steps.fill(0);
      for (let i = 0; i < latent.length; i++) {
        if (isZero[i] === 1) latent[i] = 0;
        const c = channelOf(i);
        steps[c] = Math.max(steps[c]!, Math.abs(latent[i]!) / MOST);
      }
      for (let i = 0; i < latent.length; i++) {
        const step = steps[channelOf(i)]! || 1;
        weights[i] = step * Math.round(latent[i]! / step);
      }
    },
    collect(weightGradients) {
      for (let i = 0; i < latent.length; i++)
        gradients[i] = isZero[i] === 1 ? 0 : weightGradients[i]!;
    },
  };
}
