import { product } from '../support/bytes.ts';
import { assert } from '../support/diagnostics.ts';
import { bytesPerElement } from '../support/dtypes.ts';
import type { DType, Quantization } from '../support/dtypes.ts';
import type { Rounding } from '../support/fixed-point.ts';

export type { Rounding };

export type { DType, Quantization };
export { bytesPerElement };

export interface TensorType {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly quant?: Quantization;
}

export type TensorId = number;

/** A tensor of the graph; `data` (little endian) makes it a constant. */
export interface Tensor extends TensorType {
  readonly id: TensorId;
  readonly name: string;
  readonly data?: Uint8Array;
}

/** Where a node came from: every error points home. */
export interface Origin {
  readonly file: string;
  /** Number of the operator in the file. */
  readonly operator: number;
  readonly name: string;
}

export interface Node<Attrs = unknown> {
  /** Key into the operator registry. */
  readonly op: string;
  readonly attrs: Attrs;
  /** undefined: an optional input left out. */
  readonly inputs: readonly (TensorId | undefined)[];
  readonly outputs: readonly TensorId[];
  readonly origin: Origin;
}

/** What a graph keeps from one inference to the next. */
export interface State {
  /** The tensor that holds it: no node writes it, the inference before has. */
  readonly read: TensorId;
  /** The tensor whose value it has after an inference; of the same type. */
  readonly write: TensorId;
  /** Its bytes (little endian) before the first inference; left out: zeros. */
  readonly initial?: Uint8Array;
}

/** Immutable. `nodes` is always in execution order; passes return a new Graph. */
export interface Graph {
  readonly name: string;
  readonly tensors: ReadonlyMap<TensorId, Tensor>;
  readonly nodes: readonly Node[];
  readonly inputs: readonly TensorId[];
  readonly outputs: readonly TensorId[];
  readonly states: readonly State[];
}

/** A node with its tensors looked up: what operators and kernels work on. */
export interface TypedNode<Attrs = unknown> {
  readonly op: string;
  readonly attrs: Attrs;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly Tensor[];
  readonly origin: Origin;
}

export type TypedArray =
  Int8Array | Uint8Array | Int16Array | Int32Array | BigInt64Array | Float32Array | Uint16Array;

/** A tensor's contents during interpretation. */
export interface Value {
  readonly type: TensorType;
  readonly data: TypedArray;
}

export function elements(type: TensorType): number {
  return product(type.shape);
}

/** Rows of a tensor [n, y, x, c]; any other has one. */
export function planeRows({ shape }: Pick<TensorType, 'shape'>): number {
  return shape.length === 4 ? shape[1]! : 1;
}

export function byteLength(type: TensorType): number {
  return elements(type) * bytesPerElement(type.dtype);
}

const SHORT: Record<DType, string> = {
  int8: 'i8',
  uint8: 'u8',
  bool: 'b8',
  int16: 'i16',
  float16: 'f16',
  int32: 'i32',
  float32: 'f32',
  int64: 'i64',
};

/** 'i8[1,96,96,3]': the type as comments, tables and the printed IR show it. */
export function formatType(type: TensorType): string {
  return `${SHORT[type.dtype]}[${type.shape.join(',')}]`;
}

export function dtypeOfShort(short: string): DType | undefined {
  return (Object.keys(SHORT) as DType[]).find((dtype) => SHORT[dtype] === short);
}

/** The one scale and zero point of a per-tensor quantized type. Never asked of one with a scale per channel. */
export function perTensor(type: TensorType): { scale: number; zeroPoint: number } {
  assert((type.quant?.scales.length ?? 1) === 1, 'one scale was asked of a type that has many');
  return { scale: type.quant?.scales[0] ?? 1, zeroPoint: type.quant?.zeroPoints[0] ?? 0 };
}

/** The zero point of weights, which all their channels have. */
export function weightZeroPoint({ quant }: TensorType): number {
  const [first = 0, ...others] = quant?.zeroPoints ?? [];
  assert(
    others.every((zero) => zero === first),
    'the channels of weights differ in zero point',
  );
  return first;
}

const RANGES: Partial<Record<DType, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  bool: [0, 1],
  int16: [-32768, 32767],
  int32: [-(2 ** 31), 2 ** 31 - 1],
};

/** The least and the greatest number that an element can hold; infinite where a double holds less. */
export function storedRange(dtype: DType): readonly [number, number] {
  return RANGES[dtype] ?? [-Infinity, Infinity];
}

export function sameQuantization(a: TensorType, b: TensorType): boolean {
  const x = a.quant;
  const y = b.quant;
  if (!x || !y) return x === y;
  return (
    x.scales.length === y.scales.length &&
    (x.scales.length === 1 || x.axis === y.axis) &&
    x.scales.every((scale, i) => scale === y.scales[i]) &&
    x.zeroPoints.every((zeroPoint, i) => zeroPoint === y.zeroPoints[i])
  );
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
