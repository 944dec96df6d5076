import { BUILTIN_OPERATORS, OPTIONS_OF, OPTIONS_TABLES } from '../../src/formats/tflite/names.ts';
import type { FileModel, FileOperator, FileOption, FileTensor } from './tflite-writer.ts';

/** Codes of TFLite's TensorType. */
export const TYPES = {
  float32: 0,
  float16: 1,
  int32: 2,
  uint8: 3,
  int64: 4,
  bool: 6,
  int16: 7,
  int8: 9,
} as const;

export function operator(
  name: string,
  inputs: readonly number[],
  outputs: readonly number[],
  options: readonly FileOption[] = [],
): FileOperator {
  const code = BUILTIN_OPERATORS.indexOf(name);
  if (code === -1) throw new Error(`TFLite has no operator ${name}`);
  const optionsType = OPTIONS_TABLES.indexOf(OPTIONS_OF[name] ?? 'NONE');
  // The only one that has no first version.
  const version = name === 'BROADCAST_TO' ? 2 : 1;
  return { code, version, ...(optionsType > 0 && { optionsType }), options, inputs, outputs };
}

export function float(shape: readonly number[]): FileTensor {
  return { type: TYPES.float32, shape };
}

export function int8(shape: readonly number[], scale = 0.5, zeroPoint = 3): FileTensor {
  return { type: TYPES.int8, shape, scales: [scale], zeroPoints: [zeroPoint] };
}

export function uint8(shape: readonly number[], scale = 0.5, zeroPoint = 131): FileTensor {
  return { type: TYPES.uint8, shape, scales: [scale], zeroPoints: [zeroPoint] };
}

/** A tensor made a constant: its elements, one repeated where there are too few. */
export function constant(tensor: FileTensor, values: readonly number[] = [1]): FileTensor {
  const count = tensor.shape.reduce((a, b) => a * b, 1);
  const element = (_: unknown, i: number) => values[i % values.length]!;
  const array =
    tensor.type === TYPES.int64
      ? BigInt64Array.from({ length: count }, (_, i) => BigInt(values[i % values.length]!))
      : new ARRAYS[tensor.type]!(Array.from({ length: count }, element));
  return { ...tensor, data: new Uint8Array(array.buffer) };
}

const ARRAYS: Record<number, new (values: number[]) => ArrayBufferView<ArrayBuffer>> = {
  [TYPES.float32]: Float32Array,
  [TYPES.float16]: Uint16Array,
  [TYPES.int32]: Int32Array,
  [TYPES.uint8]: Uint8Array,
  [TYPES.bool]: Uint8Array,
  [TYPES.int16]: Int16Array,
  [TYPES.int8]: Int8Array,
};

/** A vector of constant integers: a shape, axes, paddings. */
export function ints(...values: readonly number[]): FileTensor {
  return constant({ type: TYPES.int32, shape: [values.length] }, values);
}

/** A model of one operator; tensors without data that are not written are its inputs. */
export function oneOperator(
  name: string,
  inputs: readonly FileTensor[],
  outputs: readonly FileTensor[],
  options: readonly FileOption[] = [],
): FileModel {
  const ids = [...inputs.keys()];
  const results = outputs.map((_, i) => inputs.length + i);
  return {
    tensors: [...inputs, ...outputs],
    operators: [operator(name, ids, results, options)],
    inputs: ids.filter((i) => !inputs[i]!.data),
    outputs: results,
  };
}
