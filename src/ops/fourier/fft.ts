import { z } from 'zod';
import { defineOp, Unsupported } from '../op.ts';
import { rejectUnlessUniform } from '../types.ts';
import { fftKernels } from './fft.kernels.ts';
import { evaluateFft } from './fft.reference.ts';
import { factorsOf, MOST_LENGTH, MOST_PRIME } from './stages.ts';
import type { FftAttrs } from './stages.ts';

/** input [.., length, 2] -> output [.., length, 2]: real and imaginary parts */
export const fft = defineOp<FftAttrs>({
  name: 'fft',
  summary: 'Fourier transform of complex numbers, whose length has small prime factors',
  attributes: z.strictObject({ inverse: z.boolean() }),
  inferShapes(_, [input]) {
    const { shape } = input!;
    if (shape.length < 2 || shape.at(-1) !== 2)
      throw new Unsupported(`[${shape.join(',')}] holds no complex numbers`);
    if (!factorsOf(shape.at(-2)!))
      throw new Unsupported(
        `its length is ${shape.at(-2)}; up to ${MOST_LENGTH}, with primes up to ${MOST_PRIME}, is supported`,
      );
    return [shape];
  },
  reject(node) {
    const { dtype } = node.inputs[0]!;
    return dtype === 'float32' ? rejectUnlessUniform(node) : `it works on ${dtype}`;
  },
  evaluate: evaluateFft,
  kernels: fftKernels,
  quantize: 'keep-float',
});
