import { product } from '../../support/bytes.ts';
import { bytesPerElement } from '../../support/dtypes.ts';
import type { DType, Quantization } from '../../support/dtypes.ts';
import { BUILTIN_OPERATORS, OTHER_TENSOR_TYPES, TENSOR_TYPES } from './names.ts';
import { INT4, packedBytes, unpackInt4 } from './int4.ts';
import { NO_OPTIONS } from './no-options.ts';
import type { TfliteFile, TfliteModel, TfliteOperator, TfliteTensor } from './records.ts';
import { MalformedFile } from '../malformed-file.ts';
import { isAbsurd, MAX_RANK, rejectQuantization } from '../tensor-limits.ts';
import { decodeSparse } from './sparsity.ts';
import { Table } from './table.ts';

const CUSTOM = 32;
const INT8 = 9;
const MOST = 2 ** 16;
const LISTS = [
  ['tensors', 0],
  ['operators', 3],
] as const;
const QUANTIZED: readonly DType[] = ['int8', 'uint8', 'int16', 'int32'];

/** Whether the bytes carry TFLite's file identifier. */
export function isTflite(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && String.fromCharCode(...bytes.subarray(4, 8)) === 'TFL3';
}

/**
 * Reads a .tflite file into plain records. Field numbers: tensorflow/lite/schema/schema.fbs.
 * Throws MalformedFile, whatever the bytes are.
 */
export function readTflite(bytes: Uint8Array): TfliteFile {
  const model = Table.root(bytes);
  const version = model.int(0);
  if (version !== 3) throw new MalformedFile(`schema version ${version}, only version 3 is known`);
  const subgraphs = model.tables(2);
  if (!subgraphs[0]) throw new MalformedFile('the model has no subgraph');
  const shared = {
    buffers: model.tables(4),
    codes: model.tables(1).map(readOperatorCode),
    room: { bytes: Math.max(LEAST_ROOM, 2 * bytes.length) },
  };
  return {
    ...readSubgraph(subgraphs[0], shared),
    // Few models have operators that name another: it is read when one does.
    subgraph: (number) => subgraphs[number] && readSubgraph(subgraphs[number], shared),
  };
}

/** What the graphs of a file have in common. */
interface Shared {
  readonly buffers: readonly Table[];
  readonly codes: readonly string[];
  readonly room: Room;
}

function readSubgraph(subgraph: Table, { buffers, codes, room }: Shared): TfliteModel {
  for (const [what, field] of LISTS) {
    const { length } = subgraph.tables(field);
    if (length > MOST)
      throw new MalformedFile(`it has ${length} ${what}; at most ${MOST} are read`);
  }
  const tensors = subgraph.tables(0).map((table, index) => readTensor(table, index, buffers, room));
  const operators = subgraph.tables(3).map((table, i) => readOperator(table, i, codes, tensors));
  const of = (index: number) => tensorAt(tensors, index, 'the graph');
  return {
    tensors,
    operators,
    inputs: subgraph.ints(1).map(of),
    outputs: subgraph.ints(2).map(of),
  };
}

/** How many bytes all constants together may still have: tensors share buffers, sparse ones grow. */
interface Room {
  bytes: number;
}

const LEAST_ROOM = 2 ** 24;

function readTensor(
  table: Table,
  index: number,
  buffers: readonly Table[],
  room: Room,
): TfliteTensor {
  const name = table.string(3) ?? `tensor_${index}`;
  const where = `tensor ${index} "${name}"`;
  const shape = table.ints(0);
  checkShape(shape, where);
  const buffer = table.int(2);
  if (buffer < 0 || buffer >= buffers.length) {
    throw new MalformedFile(`${where} names buffer ${buffer} of ${buffers.length}`);
  }
  const data = buffer === 0 ? undefined : bufferData(buffers[buffer]!, where);
  // Constants of four bits are read as bytes; nothing is computed in so few.
  const packed = table.byte(1) === INT4 && data !== undefined && !table.table(6);
  const code = packed ? INT8 : table.byte(1);
  const dtype = TENSOR_TYPES[code] ?? 'bool';
  const signature = table.ints(7);
  const base = {
    ...{ index, name, dtype, shape, variable: table.bool(5) },
    signature: signature.length === shape.length ? signature : shape,
    unranked: shape.length === 0 && !table.bool(8),
  };
  if (!TENSOR_TYPES[code]) {
    const unreadable = `has the element type ${OTHER_TENSOR_TYPES[code] ?? `number ${code}`}`;
    return { ...base, unreadable, ...(data && { data }) };
  }
  const quant = readQuantization(table.table(4), { shape, dtype }, where);
  const typed = quant ? { ...base, quant } : base;
  // Converters leave out the bytes of a constant of no elements.
  const empty = buffer !== 0 && product(shape) === 0;
  if (!data?.length) return empty ? { ...typed, data: new Uint8Array() } : typed;
  const count = product(shape);
  const bytes = count * bytesPerElement(dtype);
  room.bytes -= bytes;
  if (room.bytes < 0) {
    throw new MalformedFile(`up to ${where} its constants grow far beyond the size of the file`);
  }
  const sparsity = table.table(6);
  if (sparsity) {
    return { ...typed, data: decodeSparse(sparsity, shape, data, bytesPerElement(dtype)) };
  }
  const expected = packed ? packedBytes(count) : bytes;
  if (data.length !== expected) {
    throw new MalformedFile(
      `${where} has ${data.length} bytes of data, its shape needs ${expected}`,
    );
  }
  return { ...typed, data: packed ? unpackInt4(data, count) : data };
}

// Field 2 is the size of data that follow the FlatBuffer, in models beyond 2 GB.
function bufferData(buffer: Table, where: string): Uint8Array | undefined {
  if (buffer.fieldsSet().some((field) => field > 0)) {
    throw new MalformedFile(`${where} has its data outside of the model's tables`);
  }
  return buffer.bytes(0);
}

function checkShape(shape: readonly number[], where: string): void {
  const text = `[${shape.join(',')}]`;
  if (shape.length > MAX_RANK) {
    throw new MalformedFile(
      `${where} has ${shape.length} dimensions, at most ${MAX_RANK} are read`,
    );
  }
  if (shape.some((size) => size < 0)) throw new MalformedFile(`${where} has the shape ${text}`);
  if (isAbsurd(shape)) {
    throw new MalformedFile(`${where} has the absurd shape ${text}`);
  }
}

function readQuantization(
  table: Table | undefined,
  { shape, dtype }: Pick<TfliteTensor, 'shape' | 'dtype'>,
  where: string,
): Quantization | undefined {
  if (table?.byte(4)) throw new MalformedFile(`${where} has a quantization of its own kind`);
  const scales = table?.floats(2) ?? [];
  if (!table || scales.length === 0 || !QUANTIZED.includes(dtype)) return undefined;
  const zeroPoints = table.longs(3);
  if (![0, 1, scales.length].includes(zeroPoints.length)) {
    throw new MalformedFile(
      `${where} has ${scales.length} scales and ${zeroPoints.length} zero points`,
    );
  }
  const zeros = scales.map((_, i) => zeroPoints[i] ?? zeroPoints[0] ?? 0);
  // Some converters write the weights' axis on the bias; a vector has only one.
  const axis = shape.length === 1 ? 0 : table.int(6);
  const quant = { scales, zeroPoints: zeros, axis };
  const problem = rejectQuantization(quant, shape, dtype);
  if (problem) throw new MalformedFile(`${where} has ${problem}`);
  return quant;
}

function readOperatorCode(table: Table): string {
  const code = Math.max(table.byte(0), table.int(3));
  if (code === CUSTOM) return `CUSTOM:${table.string(1) ?? '?'}`;
  return BUILTIN_OPERATORS[code] ?? `BUILTIN_${code}`;
}

function readOperator(
  table: Table,
  index: number,
  codes: readonly string[],
  tensors: readonly TfliteTensor[],
): TfliteOperator {
  const opcode = table.int(0);
  const code = codes[opcode];
  if (code === undefined)
    throw new MalformedFile(`operator ${index} has the unknown code ${opcode}`);
  const of = (id: number) => tensorAt(tensors, id, `operator ${index} (${code})`);
  const custom = table.bytes(5);
  return {
    index,
    code,
    ...(custom && { custom }),
    options: table.table(4) ?? NO_OPTIONS,
    optionsType: table.byte(3),
    inputs: table.ints(1).map((id) => (id === -1 ? undefined : of(id))),
    outputs: table.ints(2).map(of),
  };
}

function tensorAt(tensors: readonly TfliteTensor[], index: number, who: string): TfliteTensor {
  const tensor = tensors[index];
  if (!tensor) throw new MalformedFile(`${who} names tensor ${index} of ${tensors.length}`);
  return tensor;
}
