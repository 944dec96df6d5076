import { z } from 'zod';
import type { Value } from '../../ir/types.ts';
import { elements, perTensor } from '../../ir/types.ts';
import { emptyValue } from '../../ir/values.ts';
import { clamp, multiplyByQuantizedMultiplier } from '../../support/fixed-point.ts';
import {
  broadcastLoops,
  broadcastShape,
  forEachBroadcast,
  padLoops,
} from '../elementwise/broadcast.ts';
import { defineOp, Unsupported } from '../op.ts';
import { rejectUnlessUniform } from '../types.ts';
import { rejectUnlessWhole } from '../elementwise/whole.kernel.ts';
import {
  batchLoops,
  batchMatmulKernels,
  LOOPS,
  matrix,
  multiplier,
  sizesOf,
  stepsOf,
} from './batch-matmul.kernels.ts';
import type { BatchMatmulAttrs, MatmulNode } from './batch-matmul.kernels.ts';

/** a [batch, rows, depth], b [batch, depth, columns] -> output [batch, rows, columns] */
export const batchMatmul = defineOp<BatchMatmulAttrs>({
  name: 'batch_matmul',
  summary: 'Products of matrices, either of which may be transposed; batches broadcast',
  attributes: z.strictObject({ transposeA: z.boolean(), transposeB: z.boolean() }),
  operands: 2,
  inferShapes(attrs, [a, b]) {
    if (a!.shape.length < 2 || b!.shape.length < 2) throw new Unsupported('it multiplies vectors');
    const { rows, depth } = matrix(a!, attrs.transposeA);
    const { rows: other, depth: columns } = matrix(b!, attrs.transposeB);
    if (depth !== other)
      throw new Unsupported(`[${a!.shape.join(',')}] and [${b!.shape.join(',')}] do not multiply`);
    const batches = [a!, b!].map(({ shape }) => shape.slice(0, -2));
    const batch = broadcastShape(batches);
    padLoops(broadcastLoops(batch, batches), LOOPS);
    return [[...batch, rows, columns]];
  },
  reject: (node) => (isWhole(node) ? rejectUnlessWhole(node) : rejectUnlessUniform(node)),
  evaluate: (node, inputs) => [evaluate(node, inputs)],
  macs: (node) => elements(node.outputs[0]!) * sizesOf(node).depth,
  kernels: batchMatmulKernels,
  quantize: 'measured',
  tflite: {
    BATCH_MATMUL({ options }) {
      // asymmetric_quantize_inputs is for hybrid products, which are refused.
      options.bool(2);
      return { attrs: { transposeA: options.bool(0), transposeB: options.bool(1) } };
    },
  },
});

/** Source: reference/batch_matmul.h; the sum in the order of the depth. */
function evaluate(node: MatmulNode, [a, b]: readonly (Value | undefined)[]): Value {
  const output = emptyValue(node.outputs[0]!);
  const [x, y, out] = [a, b, output].map((value) => value!.data as Float32Array);
  const { rows, depth, columns } = sizesOf(node);
  const { row_a, depth_a, column_b, depth_b } = stepsOf(node);
  const float = output.type.dtype === 'float32';
  const plain = float || isWhole(node);
  const [zeroA, zeroB] = node.inputs.map((input) => (plain ? 0 : perTensor(input!).zeroPoint));
  const finish = plain ? (sum: number) => sum : requantization(node);
  let to = 0;
  forEachBroadcast(batchLoops(node), ([i = 0, j = 0]) => {
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        const [fromA, fromB] = [
          i * rows * depth + row * row_a,
          j * depth * columns + column * column_b,
        ];
        for (let k = 0; k < depth; k++) {
          const [left, right] = [
            x![fromA + k * depth_a]! - zeroA!,
            y![fromB + k * depth_b]! - zeroB!,
          ];
          sum = float
            ? Math.fround(sum + Math.fround(left * right))
            : (sum + Math.imul(left, right)) | 0;
        }
        out![to++] = finish(sum);
      }
  });
  return output;
}

function isWhole({ inputs }: MatmulNode): boolean {
  return inputs[0]!.dtype === 'int32';
}

function requantization(node: MatmulNode): (sum: number) => number {
  const by = multiplier(node);
  const { zeroPoint } = perTensor(node.outputs[0]!);
  return (sum) => clamp(multiplyByQuantizedMultiplier(sum, by, 'double') + zeroPoint, -128, 127);
}
