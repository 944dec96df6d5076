import { z } from 'zod';
import { elements } from '../../ir/types.ts';
import { defineOp, Unsupported } from '../op.ts';
import { rejectUnlessUniform } from '../types.ts';
import { sampleKernels } from './sample.kernels.ts';
import { MOST_AXES, OUTSIDES, POSITIONS, SAMPLE_MODES, sizesOf } from './sample-node.ts';
import type { SampleAttrs } from './sample-node.ts';
import { evaluateSample } from './sample.reference.ts';

/**
 * values [n, …, y, x, c], positions [n, points…, axes] of which the first is that along x -> output
 * [n, points…, c]. A position that is no number is taken as the least one.
 */
export const sample = defineOp<SampleAttrs>({
  name: 'sample',
  summary: 'Values of planes or volumes at computed positions, between pixels',
  attributes: z.strictObject({
    mode: z.enum(SAMPLE_MODES),
    outside: z.enum(OUTSIDES),
    positions: z.enum(POSITIONS),
  }),
  operands: 2,
  inferShapes(_, [values, positions]) {
    const [shape, points] = [values!.shape, positions!.shape];
    const axes = shape.length - 2;
    if (axes < 1 || axes > MOST_AXES || points.at(-1) !== axes || points[0] !== shape[0])
      throw new Unsupported(
        `its positions are [${points.join(',')}] in tensors of [${shape.join(',')}]`,
      );
    return [[...points.slice(0, -1), shape.at(-1)!]];
  },
  reject(node) {
    const { dtype, shape } = node.inputs[0]!;
    if (dtype !== 'float32') return `it works on ${dtype}`;
    // Sizes are floats, too.
    const large = shape.slice(1, -1).find((size) => size >= 2 ** 22);
    return large === undefined ? rejectUnlessUniform(node) : `one of its axes has ${large} pixels`;
  },
  evaluate: evaluateSample,
  macs: (node) => elements(node.outputs[0]!) * sizesOf(node).taps,
  kernels: sampleKernels,
  quantize: 'keep-float',
});
