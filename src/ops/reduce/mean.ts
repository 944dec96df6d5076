import { z } from 'zod';
import { multiplyByQuantizedMultiplier } from '../../support/fixed-point.ts';
import type { TypedNode, Value } from '../../ir/types.ts';
import { storedRange } from '../../ir/types.ts';
import { activations, emptyValue, floats } from '../../ir/values.ts';
import { clamp } from '../../support/fixed-point.ts';
import * as attributes from '../attributes.ts';
import { carried, mixedRanges, rangesFrom, wholeRanges } from '../channels.ts';
import type { Ranges } from '../channels.ts';
import { defineOp } from '../op.ts';
import { rejectUnlessUniform, rejectUnlessUniformWide } from '../types.ts';
import { isWide } from '../wide.ts';
import { requantized } from '../weighted-channels.ts';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import { readReduce, reduceAttributes, reducedShape, targets } from './axes.ts';
import { constantsOf, divisorOf, reducedCount } from './mean-constants.ts';
import type { MeanAttrs } from './mean-constants.ts';
import { meanKernels } from './mean.kernels.ts';

/** Sums of so many int8 values and zero points fit into 32 bits. */
const LARGEST_COUNT = 2 ** 23;
/** And so many int16 values. */
const LARGEST_WIDE_COUNT = 2 ** 16;

type MeanNode = TypedNode<MeanAttrs>;

export const mean = defineAverage({ name: 'mean', summary: 'Mean over any axes', tflite: 'MEAN' });

/** A mean whose sum is not divided. Source: reference/reduce.h, QuantizedMeanOrSum. */
export const sum = defineAverage({ name: 'sum', summary: 'Sum over any axes', tflite: 'SUM' });

function defineAverage(average: { name: string; summary: string; tflite: string }) {
  return defineOp<MeanAttrs>({
    name: average.name,
    summary: average.summary,
    attributes: z.strictObject({ ...reduceAttributes, rounding: attributes.anyRounding }),
    inferShapes: (attrs, [input]) => [reducedShape(attrs, input!)],
    reject(node) {
      const mixed = isWide(node) ? rejectUnlessUniformWide(node) : rejectUnlessUniform(node);
      const { dtype } = node.inputs[0]!;
      if (mixed || dtype === 'float32') return mixed;
      const count = reducedCount(node.inputs[0]!, node.attrs.axes);
      const most = isWide(node) ? LARGEST_WIDE_COUNT : LARGEST_COUNT;
      return count < most ? undefined : `it adds up ${count} ${dtype} values`;
    },
    evaluate: (node, [input]) => [
      input!.type.dtype === 'float32' ? meanF32(node, input!) : meanS8(node, input!),
    ],
    kernels: meanKernels,
    quantize: 'measured',
    channels: {
      ranges: (node, [input]) => [meanRanges(node, input!)],
      flow: (node) => (keepsChannels(node) ? carried(node) : undefined),
    },
    tflite: {
      [average.tflite]: (operator: TfliteOperator) => ({
        attrs: { ...readReduce(operator), rounding: 'double' as const },
        keep: [0],
      }),
    },
  });
}

/** Source: tensorflow/lite/micro/kernels/reduce_common.cc, EvalMeanHelper; reference/reduce.h. */
function meanS8(node: MeanNode, value: Value): Value {
  const output = emptyValue(node.outputs[0]!);
  const [input, out] = [activations(value), activations(output)];
  const [low, high] = storedRange(output.type.dtype);
  const sums = new Int32Array(out.length);
  let i = 0;
  for (const to of targets(value.type, node.attrs.axes)) sums[to]! += input[i++]!;
  const { offset, by, zero } = constantsOf(node);
  sums.forEach((sum, to) => {
    const scaled = multiplyByQuantizedMultiplier((sum + offset) | 0, by, node.attrs.rounding);
    out[to] = clamp(scaled + zero, low, high);
  });
  return output;
}

function keepsChannels({ attrs, inputs }: MeanNode): boolean {
  const { length } = inputs[0]!.shape;
  return length > 0 && !attrs.axes.includes(length - 1);
}

function meanRanges(node: MeanNode, input: Ranges): Ranges {
  const output = node.outputs[0]!;
  if (output.dtype !== 'int8') return wholeRanges(output);
  const { low, high } = keepsChannels(node) ? input : mixedRanges(output, [input]);
  const count = reducedCount(node.inputs[0]!, node.attrs.axes);
  const { offset, by, zero } = constantsOf(node);
  return rangesFrom(low.length, (c) => {
    const sums = [count * low[c]! + offset, count * high[c]! + offset] as const;
    const [least, most] = requantized(sums, by, node.attrs.rounding) ?? [-Infinity, Infinity];
    return [clamp(least + zero, -128, 127), clamp(most + zero, -128, 127)];
  });
}

/** Source: reference/reduce.h, Mean on float: the sum in the input's order, then one division. */
function meanF32(node: MeanNode, value: Value): Value {
  const output = emptyValue(node.outputs[0]!);
  const [input, out] = [floats(value), floats(output)];
  let i = 0;
  for (const to of targets(value.type, node.attrs.axes)) out[to] = out[to]! + input[i++]!;
  const divisor = divisorOf(node);
  out.forEach((total, to) => (out[to] = total / divisor));
  return output;
}
