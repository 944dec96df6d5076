import type { Engine } from '../engine.ts';
import type { Activation } from '../layer.ts';
import { gradientsOf } from '../layer.ts';
import type { Parameter } from '../parameter.ts';

/** Lines times weights plus bias: what fully connected layers and convolutions are made of. */
export interface Product {
  readonly engine: Engine;
  /** [outputs][depth] */
  readonly weights: Parameter;
  readonly bias: Parameter | undefined;
  readonly outputs: number;
  readonly depth: number;
}

/** output [lines][outputs] = input [lines][depth] times the weights' transpose, plus bias */
export function multiplyLines(
  { engine, weights, bias, outputs, depth }: Product,
  input: Float32Array,
  output: Float32Array,
  lines: number,
): void {
  if (bias) for (let line = 0; line < lines; line++) output.set(bias.values, line * outputs);
  const sizes = { m: lines, n: outputs, k: depth };
  const factor = { values: weights.values, transposed: true };
  engine.multiply(sizes, { values: input }, factor, output, bias !== undefined);
}

/** Adds to the gradients of weights and bias; and of the input, where `inputGradients` are given. */
export function multiplyGradients(
  { engine, weights, bias, outputs, depth }: Product,
  input: Float32Array,
  output: Activation,
  lines: number,
  inputGradients?: Float32Array,
): void {
  const gradients = gradientsOf(output);
  const back = { values: gradients, transposed: true };
  const sizes = { m: outputs, n: depth, k: lines };
  engine.multiply(sizes, back, { values: input }, weights.gradients, true);
  if (bias) addColumns(gradients, lines, bias.gradients);
  if (!inputGradients) return;
  const toInput = { m: lines, n: depth, k: outputs };
  engine.multiply(toInput, { values: gradients }, { values: weights.values }, inputGradients, true);
}

/** Adds the sums of the columns of [lines][sums.length]. */
export function addColumns(lines: Float32Array, count: number, sums: Float32Array): void {
  const columns = sums.length;
  for (let line = 0, at = 0; line < count; line++, at += columns)
    for (let column = 0; column < columns; column++) sums[column]! += lines[at + column]!;
}
