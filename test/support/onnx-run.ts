import { importModel } from '../../src/import/import-model.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import type { Random } from '../../src/support/random.ts';
import { floats, writeOnnx } from './onnx-writer.ts';
import type { WrittenModel, WrittenNode } from './onnx-writer.ts';

/** A model of one node over `x`, and over constants. */
export function oneNode(
  type: string,
  shape: readonly number[],
  attributes: NonNullable<WrittenNode['attributes']>,
  constants: Readonly<Record<string, object>> = {},
  opset = 22,
): WrittenModel {
  const inputs = ['x', ...Object.keys(constants)];
  return {
    ...{ opset, inputs: { x: shape }, outputs: ['z'], constants },
    nodes: [{ type, inputs, outputs: ['z'], attributes }],
  };
}

/** What the reference makes of a model's float inputs; all outputs one after another. */
export function runOnnx(model: WrittenModel, ...inputs: readonly (readonly number[])[]): number[] {
  const bytes = Buffer.concat(inputs.map((numbers) => bytesOf(Float32Array.from(numbers))));
  const result = new Interpreter(importModel(writeOnnx(model), 'test.onnx')).runBytes(bytes);
  return [...new Float32Array(result.slice().buffer)];
}

/** Why a model is refused; undefined where it is not. */
export function refusalOf(model: WrittenModel): string | undefined {
  try {
    importModel(writeOnnx(model), 'test.onnx');
    return undefined;
  } catch (error) {
    if (error instanceof CompileError) return error.diagnostics[0]!.message;
    throw error;
  }
}

/** Random whole numbers: their products and sums are exact in floats. */
export function wholes(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.int(-4, 4));
}

/** A constant of random whole numbers, and the numbers. */
export function wholeConstant(random: Random, dims: readonly number[]) {
  const numbers = wholes(
    random,
    dims.reduce((a, b) => a * b, 1),
  );
  return { tensor: floats(dims, numbers), numbers };
}
