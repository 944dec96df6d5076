import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { bytesOf } from '../../src/support/bytes.ts';

const schema = readFileSync(new URL('../../src/formats/onnx/onnx.proto', import.meta.url), 'utf8');
const Model = protobuf.parse(schema, { keepCase: true }).root.lookupType('onnx.Model');

/** A node as tests write it; attributes are numbers, lists of whole numbers or texts, texts or tensors. */
export interface WrittenNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | string | readonly number[] | object>>;
  readonly domain?: string;
}

export interface WrittenModel {
  readonly opset?: number;
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: readonly string[];
  readonly constants?: Readonly<Record<string, object>>;
  readonly nodes: readonly WrittenNode[];
}

/** A float constant with numbers that repeat. */
export function floats(dims: readonly number[], numbers: readonly number[]): object {
  const count = dims.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: count }, (_, i) => numbers[i % numbers.length]!);
  return { dims, data_type: 1, raw_data: bytesOf(data) };
}

export function int64s(numbers: readonly number[]): object {
  return { dims: [numbers.length], data_type: 7, int64_data: numbers };
}

/** A constant of bytes: data type 2 is uint8, 3 is int8. */
export function bytes8(dims: readonly number[], type: 2 | 3, numbers: readonly number[]): object {
  return { dims, data_type: type, int32_data: numbers };
}

/** A model as the format has it: the fields that thimble reads (src/formats/onnx/onnx.proto). */
export interface OnnxMessage {
  ir_version?: number;
  opset_import: { domain?: string; version?: number }[];
  graph: {
    name?: string;
    node: {
      name?: string;
      op_type?: string;
      domain?: string;
      input?: string[] | undefined;
      output?: string[] | undefined;
      attribute?: {
        name?: string;
        type?: number;
        f?: number;
        i?: number;
        s?: Uint8Array;
        t?: OnnxMessage['graph']['initializer'][number];
        g?: object;
        floats?: number[];
        ints?: number[];
        strings?: Uint8Array[];
      }[];
    }[];
    initializer: {
      name?: string;
      dims?: number[] | undefined;
      data_type?: number;
      int64_data?: number[];
      raw_data?: Uint8Array;
      external_data?: { key?: string; value?: string }[];
    }[];
    input: ValueInfo[];
    output: ValueInfo[];
  };
}

interface ValueInfo {
  name?: string;
  type?: {
    tensor_type?: {
      elem_type?: number;
      shape?: { dim?: { dim_value?: number; dim_param?: string }[] };
    };
  };
}

/** The bytes of an ONNX file with float inputs. */
export function writeOnnx(model: WrittenModel): Uint8Array {
  return encodeOnnx(onnxMessage(model));
}

/** The bytes of a message, whatever it says. */
export function encodeOnnx(message: OnnxMessage): Uint8Array {
  return Model.encode(Model.fromObject(message)).finish();
}

/** The message of a file. */
export function decodeOnnx(bytes: Uint8Array): OnnxMessage {
  return Model.toObject(Model.decode(bytes), { arrays: true, longs: Number }) as OnnxMessage;
}

/** A model as the message of a file. */
export function onnxMessage({ opset = 17, ...model }: WrittenModel): OnnxMessage {
  const info = (name: string, sizes: readonly (number | string)[]) => ({
    name,
    type: {
      tensor_type: {
        elem_type: 1,
        shape: {
          dim: sizes.map((size) =>
            typeof size === 'number' ? { dim_value: size } : { dim_param: size },
          ),
        },
      },
    },
  });
  return {
    ir_version: 8,
    opset_import: [{ domain: '', version: opset }],
    graph: {
      name: 'test',
      node: model.nodes.map(({ type, inputs, outputs, attributes = {}, domain = '' }) => ({
        ...{ op_type: type, input: [...inputs], output: [...outputs], domain },
        attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
      })),
      initializer: Object.entries(model.constants ?? {}).map(([name, tensor]) => ({
        name,
        ...tensor,
      })),
      input: Object.entries(model.inputs).map(([name, sizes]) => info(name, sizes)),
      output: model.outputs.map((name) => info(name, [])),
    },
  };
}

function attribute(name: string, value: number | string | readonly number[] | object) {
  if (typeof value === 'string') return { name, type: 3, s: Buffer.from(value) };
  if (Array.isArray(value) && typeof value[0] === 'string')
    return { name, type: 8, strings: value.map((text) => Buffer.from(text as string)) };
  if (Array.isArray(value)) return { name, type: 7, ints: value as number[] };
  if (typeof value === 'object') return { name, type: 4, t: value };
  return Number.isInteger(value) ? { name, type: 2, i: value } : { name, type: 1, f: value };
}
