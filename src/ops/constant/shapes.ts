import type { TfliteOperator } from '../../formats/tflite/records.ts';
import { product } from '../../support/bytes.ts';
import { broadcastShape } from '../elementwise/broadcast.ts';
import { Unsupported } from '../op.ts';
import { checkSameType, isInteger, numbersOf, operandOf } from '../constant-op.ts';
import type { ConstantOp } from '../constant-op.ts';

/** The sizes of a tensor: all are known when the model is read. */
export const shape: ConstantOp = {
  summary: 'Sizes of a tensor',
  inferShape: (operator) => [operandOf(operator, 0).shape.length],
  evaluate(operator) {
    // out_type, which the output's own type repeats.
    operator.options.byte(0);
    if (!isInteger(operator.outputs[0]!.dtype)) throw new Unsupported('its output is not int32');
    return operandOf(operator, 0).shape;
  },
};

/** Zeros in the shape of a tensor: stored ones, whatever the quantization. */
export const zerosLike: ConstantOp = {
  summary: 'Zeros in the shape of a tensor',
  inferShape: (operator) => operandOf(operator, 0).shape,
  evaluate: (operator) => Array<number>(product(operandOf(operator, 0).shape)).fill(0),
};

/** The number of a tensor's axes. */
export const rank: ConstantOp = {
  summary: 'The number of axes of a tensor',
  inferShape: () => [],
  evaluate: (operator) => [operandOf(operator, 0).shape.length],
};

/** The shape that two constant shapes broadcast to. */
export const broadcastArgs: ConstantOp = {
  summary: 'The shape that two shapes broadcast to',
  inferShape: (operator) => [broadcastShape([sizesOf(operator, 0), sizesOf(operator, 1)]).length],
  evaluate: (operator) => broadcastShape([sizesOf(operator, 0), sizesOf(operator, 1)]),
};

/** A constant repeated. */
export const fill: ConstantOp = {
  summary: 'One value repeated',
  inferShape: (operator) => sizesOf(operator, 0),
  evaluate(operator) {
    checkSameType(operandOf(operator, 1), operator.outputs[0]!);
    const [value = 0, ...others] = numbersOf(operator, 1);
    if (others.length > 0) throw new Unsupported('its value is not one number');
    return Array<number>(product(sizesOf(operator, 0))).fill(value);
  },
};

function sizesOf(operator: TfliteOperator, position: number): number[] {
  const sizes = numbersOf(operator, position);
  if (sizes.some((size) => !(size >= 0)))
    throw new Unsupported(`its shape is [${sizes.join(',')}]`);
  return sizes;
}

/** Numbers from a start up to a limit. */
export const range: ConstantOp = {
  summary: 'Numbers from a start up to a limit',
  inferShape: (operator) => [bounds(operator).count],
  evaluate(operator) {
    const { start, delta, count } = bounds(operator);
    const float = operator.outputs[0]!.dtype === 'float32';
    // Source: tensorflow/lite/kernels/range.cc: a running sum in the output's type.
    let value = start;
    return Array.from({ length: count }, () => {
      const current = value;
      value = float ? Math.fround(value + delta) : value + delta;
      return current;
    });
  },
};

function bounds(operator: TfliteOperator) {
  const [start, limit, delta] = [0, 1, 2].map((position) => {
    checkSameType(operandOf(operator, position), operator.outputs[0]!);
    const [value, ...others] = numbersOf(operator, position);
    if (value === undefined || others.length > 0 || !Number.isFinite(value))
      throw new Unsupported('a bound is not one number');
    return value;
  }) as [number, number, number];
  const count = Math.ceil((limit - start) / delta);
  if (!(count >= 0 && count < Infinity))
    throw new Unsupported(`it counts from ${start} to ${limit} in steps of ${delta}`);
  return { start, delta, count };
}
