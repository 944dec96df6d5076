import { Builder } from 'flatbuffers';
import type { Offset } from 'flatbuffers';

/** A tensor as a .tflite file holds it; `type` is the code of TFLite's TensorType. */
export interface FileTensor {
  readonly name?: string;
  readonly type: number;
  readonly shape: readonly number[];
  readonly scales?: readonly number[];
  readonly zeroPoints?: readonly number[];
  readonly axis?: number;
  readonly data?: Uint8Array;
  readonly sparsity?: FileSparsity;
  /** The shape with -1 where it is open. */
  readonly signature?: readonly number[];
  readonly variable?: boolean;
  /** Nothing says which shape it has. */
  readonly unranked?: boolean;
}

/** How a sparse constant is stored: a size for each dense level, segments and indices for others. */
export interface FileSparsity {
  readonly order: readonly number[];
  readonly blockMap: readonly number[];
  readonly levels: readonly (
    number | { segments: readonly number[]; indices: readonly number[] }
  )[];
}

/** One member of an operator's options, by field number. */
export type FileOption = readonly [
  field: number,
  kind: 'byte' | 'int' | 'float' | 'ints' | 'string',
  value: number | readonly number[] | string,
];

export interface FileOperator {
  /** Code of TFLite's BuiltinOperator, or the name of a custom operator. */
  readonly code: number | string;
  /** 1 when left out. */
  readonly version?: number;
  /** Code of the union BuiltinOptions; left out when there are none. */
  readonly optionsType?: number;
  readonly options?: readonly FileOption[];
  /** Options of a custom operator. */
  readonly custom?: Uint8Array;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

export interface FileGraph {
  readonly tensors: readonly FileTensor[];
  readonly operators: readonly FileOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

export interface FileModel extends FileGraph {
  /** Graphs that operators name, from number 1 on. */
  readonly others?: readonly FileGraph[];
}

const CUSTOM = 32;

/** Writes a .tflite file. Field numbers: tensorflow/lite/schema/schema.fbs. */
export function writeTflite(model: FileModel): Uint8Array {
  const b = new Builder(1024);
  const graphs = [model, ...(model.others ?? [])];
  const buffers = [
    table(b, 1, []),
    ...graphs.flatMap(({ tensors }) =>
      tensors.map(({ data }) => table(b, 3, data ? [[0, b.createByteVector(data)]] : [])),
    ),
  ];
  const codes = graphs.flatMap(({ operators }) => operators.map((each) => writeCode(b, each)));
  const base = { tensor: 0, operator: 0 };
  const subgraphs = graphs.map((graph) => {
    const written = writeGraph(b, graph, base);
    base.tensor += graph.tensors.length;
    base.operator += graph.operators.length;
    return written;
  });
  const fields: [number, Offset][] = [
    [1, offsets(b, codes)],
    [2, offsets(b, subgraphs)],
    [4, offsets(b, buffers)],
  ];
  b.startObject(5);
  b.addFieldInt32(0, 3, 0);
  for (const [field, offset] of fields) b.addFieldOffset(field, offset, 0);
  b.finish(b.endObject(), 'TFL3');
  return b.asUint8Array();
}

// Each tensor has a buffer, each operator a code of its own: `base` counts those of graphs before.
function writeGraph(
  b: Builder,
  graph: FileGraph,
  base: { readonly tensor: number; readonly operator: number },
): Offset {
  const tensors = graph.tensors.map((tensor, i) => writeTensor(b, tensor, i, base.tensor + i + 1));
  const operators = graph.operators.map((each, i) => writeOperator(b, each, base.operator + i));
  return table(b, 5, [
    [0, offsets(b, tensors)],
    [1, ints(b, graph.inputs)],
    [2, ints(b, graph.outputs)],
    [3, offsets(b, operators)],
  ]);
}

function writeTensor(b: Builder, tensor: FileTensor, index: number, buffer: number): Offset {
  const name = b.createString(tensor.name ?? `t${index}`);
  const shape = ints(b, tensor.unranked ? [] : tensor.shape);
  const quantization = writeQuantization(b, tensor);
  const sparsity = tensor.sparsity ? writeSparsity(b, tensor.sparsity) : 0;
  const signature = tensor.signature ? ints(b, tensor.signature) : 0;
  b.startObject(9);
  b.addFieldOffset(0, shape, 0);
  b.addFieldInt8(1, tensor.type, 0);
  b.addFieldInt32(2, tensor.data ? buffer : 0, 0);
  b.addFieldOffset(3, name, 0);
  b.addFieldOffset(4, quantization, 0);
  b.addFieldInt8(5, tensor.variable ? 1 : 0, 0);
  b.addFieldOffset(6, sparsity, 0);
  b.addFieldOffset(7, signature, 0);
  // has_rank: an empty shape is a scalar's.
  b.addFieldInt8(8, tensor.unranked ? 0 : 1, 0);
  return b.endObject();
}

function writeSparsity(b: Builder, { order, blockMap, levels }: FileSparsity): Offset {
  const INT32_VECTOR = 1;
  const metadata = levels.map((level) => {
    const vectors =
      typeof level === 'number'
        ? undefined
        : [level.segments, level.indices].map((list) => table(b, 1, [[0, ints(b, list)]]));
    b.startObject(6);
    b.addFieldInt8(0, vectors ? 1 : 0, 0);
    b.addFieldInt32(1, typeof level === 'number' ? level : 0, 0);
    vectors?.forEach((vector, i) => {
      b.addFieldInt8(2 + 2 * i, INT32_VECTOR, 0);
      b.addFieldOffset(3 + 2 * i, vector, 0);
    });
    return b.endObject();
  });
  return table(b, 3, [
    [0, ints(b, order)],
    [1, ints(b, blockMap)],
    [2, offsets(b, metadata)],
  ]);
}

function writeQuantization(b: Builder, { scales, zeroPoints, axis = 0 }: FileTensor): Offset {
  if (!scales) return 0;
  b.startVector(4, scales.length, 4);
  [...scales].reverse().forEach((scale) => b.addFloat32(scale));
  const scale = b.endVector();
  const zeros = zeroPoints ?? scales.map(() => 0);
  b.startVector(8, zeros.length, 8);
  [...zeros].reverse().forEach((zero) => b.addInt64(BigInt(zero)));
  const zeroPoint = b.endVector();
  b.startObject(7);
  b.addFieldOffset(2, scale, 0);
  b.addFieldOffset(3, zeroPoint, 0);
  b.addFieldInt32(6, axis, 0);
  return b.endObject();
}

function writeCode(b: Builder, { code, version = 1 }: FileOperator): Offset {
  const custom = typeof code === 'string' ? b.createString(code) : 0;
  const builtin = typeof code === 'string' ? CUSTOM : code;
  b.startObject(4);
  b.addFieldInt8(0, Math.min(builtin, 127), 0);
  b.addFieldOffset(1, custom, 0);
  b.addFieldInt32(2, version, 0);
  b.addFieldInt32(3, builtin, 0);
  return b.endObject();
}

function writeOperator(b: Builder, operator: FileOperator, opcode: number): Offset {
  const inputs = ints(b, operator.inputs);
  const outputs = ints(b, operator.outputs);
  const custom = operator.custom ? b.createByteVector(operator.custom) : 0;
  const options = operator.optionsType === undefined ? 0 : writeOptions(b, operator.options ?? []);
  b.startObject(6);
  b.addFieldInt32(0, opcode, 0);
  b.addFieldOffset(1, inputs, 0);
  b.addFieldOffset(2, outputs, 0);
  b.addFieldInt8(3, operator.optionsType ?? 0, 0);
  b.addFieldOffset(4, options, 0);
  b.addFieldOffset(5, custom, 0);
  return b.endObject();
}

function writeOptions(b: Builder, options: readonly FileOption[]): Offset {
  const vectors = options.map(([, kind, value]) => {
    if (kind === 'string') return b.createString(value as string);
    return kind === 'ints' ? ints(b, value as readonly number[]) : 0;
  });
  b.startObject(16);
  options.forEach(([field, kind, value], i) => {
    if (kind === 'byte') b.addFieldInt8(field, value as number, 0);
    else if (kind === 'int') b.addFieldInt32(field, value as number, 0);
    else if (kind === 'float') b.addFieldFloat32(field, value as number, 0);
    else b.addFieldOffset(field, vectors[i]!, 0);
  });
  return b.endObject();
}

function table(b: Builder, fields: number, offsets: readonly [number, Offset][]): Offset {
  b.startObject(fields);
  for (const [field, offset] of offsets) b.addFieldOffset(field, offset, 0);
  return b.endObject();
}

function ints(b: Builder, values: readonly number[]): Offset {
  b.startVector(4, values.length, 4);
  [...values].reverse().forEach((value) => b.addInt32(value));
  return b.endVector();
}

function offsets(b: Builder, values: readonly Offset[]): Offset {
  b.startVector(4, values.length, 4);
  [...values].reverse().forEach((value) => b.addOffset(value));
  return b.endVector();
}
