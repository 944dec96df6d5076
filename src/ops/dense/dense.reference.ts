import type { TypedNode, Value } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { activations, emptyValue, floats, int8s, numbers } from '../../ir/values.ts';
import { clamp } from '../../support/fixed-point.ts';
import { clampRange } from '../activation/clamp.ts';
import { requantizerOf } from '../wide.ts';
import { denseMultipliers } from './multipliers.ts';
import type { DenseAttrs } from './dense.ts';

export function evaluateDense(
  node: TypedNode<DenseAttrs>,
  inputs: readonly (Value | undefined)[],
): Value[] {
  return [node.outputs[0]!.dtype === 'float32' ? denseF32(node, inputs) : denseS8(node, inputs)];
}

/** Source: reference/integer_ops/fully_connected.h, FullyConnected and FullyConnectedPerChannel. */
function denseS8(node: TypedNode<DenseAttrs>, [x, w, b]: readonly (Value | undefined)[]): Value {
  const [outputs = 0, depth = 0] = node.inputs[1]!.shape;
  const output = emptyValue(node.outputs[0]!);
  const [input, weights, out] = [activations(x), int8s(w), activations(output)];
  const bias = b && numbers(b);
  const inputZero = perTensor(node.inputs[0]!).zeroPoint;
  const weightZeros = node.inputs[1]!.quant!.zeroPoints;
  const outputZero = perTensor(output.type).zeroPoint;
  const requantize = requantizerOf(node, denseMultipliers(node));
  const [low, high] = clampRange(node.attrs.activation, output.type);
  for (let n = 0; n < input.length / depth; n++)
    for (let o = 0; o < outputs; o++) {
      const weightZero = weightZeros.length > 1 ? weightZeros[o]! : weightZeros[0]!;
      let sum = bias ? bias[o]! : 0;
      for (let k = 0; k < depth; k++)
        sum += (input[n * depth + k]! - inputZero) * (weights[o * depth + k]! - weightZero);
      out[n * outputs + o] = clamp(requantize(sum, o) + outputZero, low, high);
    }
  return output;
}

/** Source: reference/fully_connected.h, FullyConnected; sum over k, then the bias. */
function denseF32(node: TypedNode<DenseAttrs>, [x, w, b]: readonly (Value | undefined)[]): Value {
  const [outputs = 0, depth = 0] = node.inputs[1]!.shape;
  const output = emptyValue(node.outputs[0]!);
  const [input, weights, out] = [floats(x), floats(w), floats(output)];
  const bias = b && floats(b);
  const [low, high] = clampRange(node.attrs.activation, output.type);
  for (let n = 0; n < input.length / depth; n++)
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let k = 0; k < depth; k++)
        sum = Math.fround(sum + Math.fround(input[n * depth + k]! * weights[o * depth + k]!));
      out[n * outputs + o] = clamp(Math.fround(sum + (bias ? bias[o]! : 0)), low, high);
    }
  return output;
}
