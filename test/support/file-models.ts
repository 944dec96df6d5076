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

/** Operators whose codes are looked up. */
const NAMED = [
  ...(['ABS', 'NEG', 'FLOOR', 'CEIL', 'ROUND', 'SQUARE', 'SQRT', 'RSQRT', 'EXP'] as const),
  ...(['LOG', 'SIN', 'COS', 'ELU', 'MAXIMUM', 'MINIMUM', 'DIV', 'SQUARED_DIFFERENCE'] as const),
  ...(['FLOOR_DIV', 'FLOOR_MOD', 'POW', 'UNPACK', 'SPLIT_V', 'TILE', 'MIRROR_PAD'] as const),
  ...(['SPACE_TO_BATCH_ND', 'BATCH_TO_SPACE_ND', 'REVERSE_V2', 'GATHER_ND', 'ARG_MAX'] as const),
  ...(['ARG_MIN', 'SUM', 'REDUCE_MAX', 'REDUCE_MIN', 'REDUCE_PROD', 'TRANSPOSE_CONV'] as const),
  'BATCH_MATMUL',
] as const;

function named(name: string): readonly [code: number, options: number] {
  return [BUILTIN_OPERATORS.indexOf(name), OPTIONS_TABLES.indexOf(OPTIONS_OF[name] ?? 'NONE')];
}

/** Codes of TFLite's BuiltinOperator, and of the table of its options. */
export const OPERATORS = {
  ...(Object.fromEntries(NAMED.map((name) => [name, named(name)])) as Record<
    (typeof NAMED)[number],
    readonly [number, number]
  >),
  ADD: [0, 11],
  AVERAGE_POOL_2D: [1, 5],
  CONCATENATION: [2, 10],
  CONV_2D: [3, 1],
  DEPTHWISE_CONV_2D: [4, 2],
  DEPTH_TO_SPACE: [5, 94],
  DEQUANTIZE: [6, 38],
  FULLY_CONNECTED: [9, 8],
  LOGISTIC: [14, 0],
  MAX_POOL_2D: [17, 5],
  MUL: [18, 21],
  RELU: [19, 0],
  RELU6: [21, 0],
  RESHAPE: [22, 17],
  RESIZE_BILINEAR: [23, 15],
  SOFTMAX: [25, 9],
  SPACE_TO_DEPTH: [26, 19],
  TANH: [28, 0],
  PAD: [34, 22],
  GATHER: [36, 23],
  TRANSPOSE: [39, 26],
  MEAN: [40, 27],
  SUB: [41, 28],
  SQUEEZE: [43, 30],
  STRIDED_SLICE: [45, 32],
  SPLIT: [49, 35],
  LOG_SOFTMAX: [50, 36],
  CAST: [53, 37],
  PRELU: [54, 0],
  PADV2: [60, 43],
  SLICE: [65, 48],
  EXPAND_DIMS: [70, 52],
  SHAPE: [77, 55],
  PACK: [83, 59],
  FILL: [94, 68],
  RANGE: [96, 73],
  RESIZE_NEAREST_NEIGHBOR: [97, 74],
  LEAKY_RELU: [98, 75],
  QUANTIZE: [114, 89],
  HARD_SWISH: [117, 91],
} as const;

export type OperatorName = keyof typeof OPERATORS;

export function operator(
  name: OperatorName,
  inputs: readonly number[],
  outputs: readonly number[],
  options: readonly FileOption[] = [],
): FileOperator {
  const [code, optionsType] = OPERATORS[name];
  return { code, ...(optionsType > 0 && { optionsType }), options, inputs, outputs };
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
  name: OperatorName,
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
