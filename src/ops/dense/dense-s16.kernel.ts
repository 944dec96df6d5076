import { dense } from '../../encode/dense.ts';
import type { WeightMatrix } from '../../encode/format.ts';
import type { TypedNode } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import { memoise } from '../../support/memoise.ts';
import { table } from '../constant-array.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { REQUANTIZE, requantizeFields } from '../requantize.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { int8Weights } from '../weighted.ts';
import { isWide, SUMS_AXIS, wideLayer } from '../wide.ts';
import type { FixedDense } from './dense.ts';
import { denseMultipliers } from './multipliers.ts';

const units = unitFamily({
  name: 'nn_dense_s16',
  template: 'dense/dense-s16',
  headers: ['nn_types.h', 'nn_wide.h'],
  struct: struct('nn_dense_s16_layer', 'Fully connected layer on 16 bits.', {
    requantize: REQUANTIZE,
    batches: 'int32_t',
    depth: 'int32_t',
    outputs: 'int32_t',
    weights: 'const int8_t *',
    bias: 'const int32_t *',
  }),
  parameters: 'const int16_t *input, int16_t *output',
  axes: { sums: SUMS_AXIS },
});

/** The portable kernel of a fully connected layer with 16-bit activations and 8-bit weights. */
export const denseS16: Kernel<FixedDense> = {
  name: 'dense_s16_c',
  units: [units],
  formats: [dense],
  reject: (node) => (isWide(node) ? undefined : 'takes int16'),
  cost(node, { format }) {
    const { matrix, sums, bytes } = layerOf(node);
    const outputs = elements(node.outputs[0]!);
    const macs = outputs * matrix.columns;
    return {
      work: { outputs, macs, wide: sums === 'wide' ? macs : 0 },
      constantBytes: format!.bytes(matrix) + bytes,
      scratchBytes: 0,
      calls: [units({ sums })],
    };
  },
  code(node, { format }) {
    const { matrix, sums, multipliers, bias } = layerOf(node);
    return [
      call(units({ sums }), {
        requantize: requantizeFields(node, multipliers),
        batches: elements(node.outputs[0]!) / matrix.rows,
        depth: matrix.columns,
        outputs: matrix.rows,
        weights: table('weights', format!.encode(matrix), format!.name),
        bias,
      }),
    ];
  },
};

const layerOf = memoise((node: TypedNode<FixedDense>) => {
  const [rows = 0, columns = 0] = node.inputs[1]!.shape;
  const matrix: WeightMatrix = { rows, columns, data: int8Weights(node) };
  return { matrix, ...wideLayer(node, matrix, denseMultipliers(node)) };
});
