import { us8 } from '../../encode/sparse.ts';
import type { TypedNode } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { memoise } from '../../support/memoise.ts';
import { clampRange } from '../activation/clamp.ts';
import { table } from '../constant-array.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { rejectSums, sparseLayer } from '../sparse/channels.ts';
import { isUniform, rowRounds, rowScales, rowStream } from '../sparse/rows.ts';
import { denseRows } from '../sparse/units.ts';
import * as weighted from '../weighted.ts';
import { batchesOf } from './gemm-fields.ts';
import { denseMultipliers } from './multipliers.ts';
import type { FixedDense } from './dense.ts';

type DenseNode = TypedNode<FixedDense>;

/** Fully connected layers on single nonzero weights, an output at a time; inputs are read as they lie. */
export const denseSparse: Kernel<FixedDense> = {
  name: 'dense_s8_sparse',
  units: [denseRows],
  formats: [us8],
  reject(node) {
    const unfit = weighted.rejectTypes(node);
    if (unfit) return unfit;
    const layer = layerOf(node);
    return us8.reject(layer.matrix) ?? rejectSums(layer, node);
  },
  cost(node) {
    const layer = layerOf(node);
    return {
      work: workOf(node),
      constantBytes: rowStream(layer, us8).byteLength + scalesOf(node).byteLength,
      scratchBytes: 0,
      calls: [unitOf(node)],
    };
  },
  code(node) {
    const layer = layerOf(node);
    const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
    return [
      call(unitOf(node), {
        batches: batchesOf(node),
        depth: layer.matrix.columns,
        outputs: layer.matrix.rows,
        weights: table('weights', rowStream(layer, us8), us8.name),
        scales: table('scales', scalesOf(node)),
        zero: perTensor(node.outputs[0]!).zeroPoint,
        low,
        high,
      }),
    ];
  },
};

function workOf(node: DenseNode): Record<string, number> {
  const { form, clamps, matrix } = layerOf(node);
  const batches = batchesOf(node);
  const rows = Array.from({ length: matrix.rows }, (_, row) =>
    rowRounds(us8.entries(matrix, row).length),
  );
  const outputs = batches * matrix.rows;
  return {
    batches,
    outputs,
    groups: batches * rows.reduce((sum, { groups }) => sum + groups, 0),
    rounds: batches * rows.reduce((sum, { rounds }) => sum + rounds - 1, 0),
    signed: form === 'double_right' ? outputs : 0,
    any: form.endsWith('any') ? outputs : 0,
    clamped: clamps ? outputs : 0,
  };
}

function unitOf(node: DenseNode) {
  const { form, clamps, multipliers } = layerOf(node);
  return denseRows({ uniform: isUniform(multipliers), form, clamps });
}

function scalesOf(node: DenseNode): Uint32Array {
  const zero = perTensor(node.outputs[0]!).zeroPoint;
  return rowScales(layerOf(node), { zero, rounding: node.attrs.rounding });
}

const layerOf = memoise((node: DenseNode) => {
  const [rows = 0, columns = 0] = node.inputs[1]!.shape;
  const matrix = { rows, columns, data: weighted.int8Weights(node) };
  return sparseLayer(node, matrix, denseMultipliers(node));
});
