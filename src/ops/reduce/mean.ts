import { z } from 'zod';
import type { Rounding } from '../../support/fixed-point.ts';
import { multiplyByQuantizedMultiplier, quantizeMultiplier } from '../../support/fixed-point.ts';
import type { TensorType, TypedNode, Value } from '../../ir/types.ts';
import { elements, perTensor } from '../../ir/types.ts';
import { emptyValue, floats, int8s } from '../../ir/values.ts';
import { clamp } from '../../support/fixed-point.ts';
import { unit } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import * as attributes from '../attributes.ts';
import { defineOp } from '../op.ts';
import { MAX_LOOPS, strides } from '../shape/strided.ts';
import { constantNumbersOf, resolveAxes } from '../tflite-constants.ts';
import { rejectUnlessUniform } from '../types.ts';

export interface MeanAttrs {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
  readonly rounding: Rounding;
}

type MeanNode = TypedNode<MeanAttrs>;

export const mean = defineOp<MeanAttrs>({
  name: 'mean',
  summary: 'Mean over any axes',
  attributes: z.strictObject({
    axes: z.array(attributes.axis).max(6),
    keepDims: z.boolean(),
    rounding: attributes.rounding,
  }),
  inferShapes({ axes, keepDims }, [input]) {
    const { shape } = input!;
    if (keepDims) return [shape.map((size, axis) => (axes.includes(axis) ? 1 : size))];
    return [shape.filter((_, axis) => !axes.includes(axis))];
  },
  reject: rejectUnlessUniform,
  evaluate: (node, [input]) => [
    input!.type.dtype === 'float32' ? meanF32(node, input!) : meanS8(node, input!),
  ],
  kernels: [meanKernel('s8'), meanKernel('f32')],
  quantize: 'measured',
  tflite: {
    MEAN(operator) {
      const rank = operator.inputs[0]?.shape.length ?? 0;
      const axes = resolveAxes(constantNumbersOf(operator, 1, 'axes'), rank);
      return { attrs: { axes, keepDims: operator.options.bool(0), rounding: 'double' }, keep: [0] };
    },
  },
});

// For each input element, in order, the output it adds to.
function* targets(type: TensorType, axes: readonly number[]): Generator<number> {
  const steps = outputSteps(type, axes);
  const inner = strides(type.shape);
  for (let i = 0; i < elements(type); i++) {
    let to = 0;
    for (let axis = 0; axis < inner.length; axis++) {
      to += (Math.floor(i / inner[axis]!) % type.shape[axis]!) * steps[axis]!;
    }
    yield to;
  }
}

// Step of the output along each axis of the input: 0 along the reduced ones.
function outputSteps({ shape }: TensorType, axes: readonly number[]): number[] {
  const kept = strides(shape.map((size, axis) => (axes.includes(axis) ? 1 : size)));
  return shape.map((_, axis) => (axes.includes(axis) ? 0 : kept[axis]!));
}

function reducedCount({ shape }: TensorType, axes: readonly number[]): number {
  return axes.reduce((count, axis) => count * shape[axis]!, 1);
}

/** Source: tensorflow/lite/micro/kernels/reduce_common.cc, EvalMeanHelper; reference/reduce.h. */
function meanS8(node: MeanNode, value: Value): Value {
  const output = emptyValue(node.outputs[0]!);
  const [input, out] = [int8s(value), int8s(output)];
  const sums = new Int32Array(out.length);
  let i = 0;
  for (const to of targets(value.type, node.attrs.axes)) sums[to]! += input[i++]!;
  const { offset, by, zero } = constants(node);
  sums.forEach((sum, to) => {
    const scaled = multiplyByQuantizedMultiplier((sum + offset) | 0, by, node.attrs.rounding);
    out[to] = clamp(scaled + zero, -128, 127);
  });
  return output;
}

// The division by the count, folded into the multiplier with as much precision as fits.
function constants({ attrs, inputs, outputs }: MeanNode) {
  const [input, output] = [perTensor(inputs[0]!), perTensor(outputs[0]!)];
  const count = reducedCount(inputs[0]!, attrs.axes);
  const { multiplier, shift } = quantizeMultiplier(input.scale / output.scale);
  const extra = Math.min(31 - Math.clz32(count), 32, 31 + shift);
  const by = { multiplier: Math.trunc((multiplier * 2 ** extra) / count), shift: shift - extra };
  return { offset: -input.zeroPoint * count, by, zero: output.zeroPoint };
}

/** Source: reference/reduce.h, Mean on float: the sum in the input's order, then one division. */
function meanF32(node: MeanNode, value: Value): Value {
  const output = emptyValue(node.outputs[0]!);
  const [input, out] = [floats(value), floats(output)];
  let i = 0;
  for (const to of targets(value.type, node.attrs.axes)) out[to] = out[to]! + input[i++]!;
  const count = reducedCount(value.type, node.attrs.axes);
  out.forEach((sum, to) => (out[to] = sum / count));
  return output;
}

function meanKernel(suffix: 's8' | 'f32'): Kernel<MeanAttrs> {
  const dtype = suffix === 's8' ? 'int8' : 'float32';
  const scratchBytes = (node: MeanNode) => (dtype === 'int8' ? elements(node.outputs[0]!) * 4 : 0);
  return {
    name: `mean_${suffix}_c`,
    reject: (node) => (node.outputs[0]!.dtype === dtype ? undefined : `takes ${dtype}`),
    cost: (node, target) => ({
      cycles: elements(node.inputs[0]!) * (dtype === 'int8' || target.fpu ? 20 : 70),
      scratchBytes: scratchBytes(node),
    }),
    code(node) {
      const { shape } = node.inputs[0]!;
      const { rounding, axes } = node.attrs;
      const lead = MAX_LOOPS - shape.length;
      const single = dtype === 'int8' && rounding === 'single';
      const name = `nn_mean_${suffix}${single ? '_single' : ''}`;
      const { offset, by, zero } = constants(node);
      const numbers =
        dtype === 'int8'
          ? { offset, multiplier: by.multiplier, shift: by.shift, zero }
          : { count: reducedCount(node.inputs[0]!, axes) };
      const fields = {
        sizes: [...Array<number>(lead).fill(1), ...shape],
        to_steps: [...Array<number>(lead).fill(0), ...outputSteps(node.inputs[0]!, axes)],
        outputs: elements(node.outputs[0]!),
        ...numbers,
      };
      return {
        calls: [{ struct: `nn_mean_${suffix}_layer`, function: name, fields, inputs: [0] }],
        units: [unit(name, `reduce/mean-${suffix}`, ['nn_shape.h'], { rounding })],
        scratchBytes: scratchBytes(node),
      };
    },
  };
}
