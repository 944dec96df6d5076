import type { TfliteOperator } from '../../formats/tflite/records.ts';
import { product } from '../../support/bytes.ts';
import { broadcastLoops, broadcastShape, forEachBroadcast } from '../elementwise/broadcast.ts';
import { Unsupported } from '../op.ts';
import { resolveAxes } from '../tflite-constants.ts';
import { checkSameType, isInteger, numbersOf, operandOf } from '../constant-op.ts';
import type { ConstantOp } from '../constant-op.ts';

/** Arithmetic on constant integers with broadcasting: sizes that the model computes. */
export function integerArithmetic(
  summary: string,
  combine: (a: number, b: number) => number,
): ConstantOp {
  const shapes = (operator: TfliteOperator) => [0, 1].map((i) => operandOf(operator, i).shape);
  return {
    summary,
    inferShape: (operator) => broadcastShape(shapes(operator)),
    evaluate(operator) {
      for (const i of [0, 1]) checkSameType(operandOf(operator, i), operator.outputs[0]!);
      // A fused clamp, where there is one, is not for sizes.
      if (operator.options.byte(0) !== 0) throw new Unsupported('it has a fused activation');
      if (operator.code !== 'MUL') operator.options.bool(1);
      const [a, b] = [numbersOf(operator, 0), numbersOf(operator, 1)];
      const shape = broadcastShape(shapes(operator));
      const results = Array<number>(product(shape)).fill(0);
      forEachBroadcast(broadcastLoops(shape, shapes(operator)), ([i = 0, j = 0], to) => {
        results[to] = combine(a[i]!, b[j]!);
      });
      if (results.some((x) => Math.abs(x) > 2 ** 31))
        throw new Unsupported('its constants grow beyond 32 bits');
      return results;
    },
  };
}

/** Whether an operator works on integers, which only constants do here. */
export function onIntegers({ inputs }: TfliteOperator): boolean {
  return inputs.every((tensor) => tensor !== undefined && isInteger(tensor.dtype));
}

/** Constants under another type. */
export const cast: ConstantOp = {
  summary: 'Constants under another type',
  inferShape: (operator) => operandOf(operator, 0).shape,
  evaluate(operator) {
    // The types, which the tensors' own repeat.
    for (const field of [0, 1]) operator.options.byte(field);
    const { dtype } = operator.outputs[0]!;
    if (!isInteger(dtype) && dtype !== 'float32') throw new Unsupported(`it makes ${dtype}`);
    if (operandOf(operator, 0).quant) throw new Unsupported('its input is quantized');
    const numbers = numbersOf(operator, 0);
    if (dtype === 'float32') return numbers;
    const whole = numbers.map(Math.trunc);
    if (whole.some((x) => !(Math.abs(x) < 2 ** 31)))
      throw new Unsupported('its constants grow beyond 32 bits');
    return whole;
  },
};

/** Entries of a constant along its first axis, or another. */
export const gather: ConstantOp = {
  summary: 'Entries of a constant',
  inferShape(operator) {
    const { shape, axis } = gathered(operator);
    return [...shape.slice(0, axis), ...operandOf(operator, 1).shape, ...shape.slice(axis + 1)];
  },
  evaluate(operator) {
    const { shape, axis } = gathered(operator);
    const values = numbersOf(operator, 0);
    const indices = numbersOf(operator, 1);
    const size = shape[axis]!;
    if (indices.some((index) => !(index >= 0 && index < size)))
      throw new Unsupported(`an index is outside of its ${size} entries`);
    const run = product(shape.slice(axis + 1));
    return Array.from({ length: product(shape.slice(0, axis)) }, (_, row) =>
      indices.flatMap((index) => {
        const start = (row * size + index) * run;
        return values.slice(start, start + run);
      }),
    ).flat();
  },
};

function gathered(operator: TfliteOperator) {
  const values = operandOf(operator, 0);
  checkSameType(values, operator.outputs[0]!);
  numbersOf(operator, 0);
  if (operator.options.int(1) !== 0) throw new Unsupported('it has batch dimensions');
  const [axis = 0] = resolveAxes([operator.options.int(0)], values.shape.length);
  return { shape: values.shape, axis };
}
