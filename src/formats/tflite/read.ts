import { product } from '../../support/bytes.ts';
import { bytesPerElement } from '../../support/dtypes.ts';
import type { Quantization } from '../../support/dtypes.ts';
import { BUILTIN_OPERATORS, OTHER_TENSOR_TYPES, TENSOR_TYPES } from './names.ts';
import { NO_OPTIONS } from './no-options.ts';
import type { TfliteModel, TfliteOperator, TfliteTensor } from './records.ts';
import { MalformedFile } from '../malformed-file.ts';
import { MAX_ELEMENTS, MAX_RANK, rejectQuantization } from '../tensor-limits.ts';
import { decodeSparse } from './sparsity.ts';
import { Table } from './table.ts';

const CUSTOM = 32;

/** Whether the bytes carry TFLite's file identifier. */
export function isTflite(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && String.fromCharCode(...bytes.subarray(4, 8)) === 'TFL3';
}

/**
 * Reads a .tflite file into plain records. Field numbers: tensorflow/lite/schema/schema.fbs.
 * Throws MalformedFile, whatever the bytes are.
 */
export function readTflite(bytes: Uint8Array): TfliteModel {
  const model = Table.root(bytes);
  const version = model.int(0);
  if (version !== 3) throw new MalformedFile(`schema version ${version}, only version 3 is known`);
  const subgraph = model.tables(2)[0];
  if (!subgraph) throw new MalformedFile('the model has no subgraph');
  const buffers = model.tables(4);
  const tensors = subgraph.tables(0).map((table, index) => readTensor(table, index, buffers));
  const codes = model.tables(1).map(readOperatorCode);
  const operators = subgraph.tables(3).map((table, i) => readOperator(table, i, codes, tensors));
  const of = (index: number) => tensorAt(tensors, index, 'the graph');
  return {
    tensors,
    operators,
    inputs: subgraph.ints(1).map(of),
    outputs: subgraph.ints(2).map(of),
  };
}

function readTensor(table: Table, index: number, buffers: readonly Table[]): TfliteTensor {
  const name = table.string(3) ?? `tensor_${index}`;
  const where = `tensor ${index} "${name}"`;
  const shape = table.ints(0);
  checkShape(shape, where);
  const buffer = table.int(2);
  if (buffer < 0 || buffer >= buffers.length) {
    throw new MalformedFile(`${where} names buffer ${buffer} of ${buffers.length}`);
  }
  const data = buffer === 0 ? undefined : buffers[buffer]!.bytes(0);
  const code = table.byte(1);
  const dtype = TENSOR_TYPES[code] ?? 'bool';
  const base = { index, name, dtype, shape, variable: table.bool(5) };
  if (!TENSOR_TYPES[code]) {
    const unreadable = `has the element type ${OTHER_TENSOR_TYPES[code] ?? `number ${code}`}`;
    return { ...base, unreadable, ...(data && { data }) };
  }
  const quant = readQuantization(table.table(4), shape, where);
  const typed = quant ? { ...base, quant } : base;
  if (!data?.length) return typed;
  const sparsity = table.table(6);
  if (sparsity) {
    return { ...typed, data: decodeSparse(sparsity, shape, data, bytesPerElement(dtype)) };
  }
  const expected = product(shape) * bytesPerElement(dtype);
  if (data.length !== expected) {
    throw new MalformedFile(
      `${where} has ${data.length} bytes of data, its shape needs ${expected}`,
    );
  }
  return { ...typed, data };
}

function checkShape(shape: readonly number[], where: string): void {
  const text = `[${shape.join(',')}]`;
  if (shape.length > MAX_RANK) {
    throw new MalformedFile(
      `${where} has ${shape.length} dimensions, at most ${MAX_RANK} are read`,
    );
  }
  if (shape.some((size) => size < 0)) throw new MalformedFile(`${where} has the shape ${text}`);
  if (product(shape) > MAX_ELEMENTS) {
    throw new MalformedFile(`${where} has the absurd shape ${text}`);
  }
}

function readQuantization(
  table: Table | undefined,
  shape: readonly number[],
  where: string,
): Quantization | undefined {
  const scales = table?.floats(2) ?? [];
  if (!table || scales.length === 0) return undefined;
  const zeroPoints = table.longs(3);
  const zeros = scales.map((_, i) => zeroPoints[i] ?? zeroPoints[0] ?? 0);
  // Some converters write the weights' axis on the bias; a vector has only one.
  const axis = shape.length === 1 ? 0 : table.int(6);
  const quant = { scales, zeroPoints: zeros, axis };
  const problem = rejectQuantization(quant, shape);
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
  return {
    index,
    code,
    options: table.table(4) ?? NO_OPTIONS,
    inputs: table.ints(1).map((id) => (id === -1 ? undefined : of(id))),
    outputs: table.ints(2).map(of),
  };
}

function tensorAt(tensors: readonly TfliteTensor[], index: number, who: string): TfliteTensor {
  const tensor = tensors[index];
  if (!tensor) throw new MalformedFile(`${who} names tensor ${index} of ${tensors.length}`);
  return tensor;
}
