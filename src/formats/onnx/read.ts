import protobuf from 'protobufjs';
import { printable } from '../../support/printable.ts';
import { readPackageFile } from '../../support/package-files.ts';
import { MalformedFile } from '../malformed-file.ts';
import { readTensor } from './read-tensor.ts';
import { typeOf } from './type-records.ts';
import type {
  OnnxAttribute,
  OnnxFunction,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValueInfo,
  ReadBeside,
} from './records.ts';
import type {
  WireAttribute,
  WireGraph,
  WireModel,
  WireNode,
  WireTensor,
  WireValueInfo,
} from './wire.ts';

/** As many nodes and values are read of a graph. */
const MOST = 2 ** 16;

const schema = readPackageFile('src/formats/onnx/onnx.proto');
const { root } = protobuf.parse(schema, { keepCase: true });
const Model = root.lookupType('onnx.Model');
const Tensor = root.lookupType('onnx.Tensor');

/** Fields of a model by number, and their wire types: 0 a number, 2 bytes. */
const FIELDS: Readonly<Record<number, number>> = {
  ...{ 1: 0, 2: 2, 3: 2, 4: 2, 5: 0, 6: 2, 7: 2, 8: 2, 14: 2, 20: 2, 25: 2, 26: 2 },
};

/** Whether bytes begin as an ONNX model does: with its IR version, and then another of its fields. */
export function isOnnx(bytes: Uint8Array): boolean {
  const [tag, version = 0, next = 0, more = 0] = bytes;
  if (tag !== 0x08 || version < 1 || version > 127) return false;
  const key = next < 128 ? next : (next & 127) + 128 * more;
  return FIELDS[key >> 3] === (key & 7);
}

/**
 * Reads an ONNX file into plain records. `beside` reads files that hold its larger constants.
 * Throws MalformedFile, whatever the bytes are.
 */
export function readOnnx(bytes: Uint8Array, beside?: ReadBeside): OnnxModel {
  const model = decode(Model, bytes) as WireModel;
  if (!model.graph) throw new MalformedFile('the model has no graph');
  return {
    opsets: new Map(
      model.opset_import.map(({ domain = '', version = 0n }) => [
        ownDomain(domain),
        Number(version),
      ]),
    ),
    graph: readGraph(model.graph, beside),
    functions: model.functions.map((each): OnnxFunction => ({
      name: printable(each.name ?? ''),
      domain: ownDomain(each.domain ?? ''),
      inputs: each.input,
      outputs: each.output,
      nodes: each.node.map((node, index) => readNode(node, index, beside)),
      defaults: readAttributes(each.attribute_proto, beside),
    })),
  };
}

/** Reads a file that holds one tensor, as the tests of ONNX do. Throws MalformedFile. */
export function readOnnxTensor(bytes: Uint8Array): OnnxTensor {
  return readTensor(decode(Tensor, bytes) as WireTensor, undefined);
}

function decode(type: protobuf.Type, bytes: Uint8Array): unknown {
  try {
    return type.toObject(type.decode(bytes), { arrays: true, longs: BigInt });
  } catch (error) {
    throw new MalformedFile(`the file is no ONNX ${type.name}: ${(error as Error).message}`);
  }
}

// Both names stand for ONNX's own operators.
function ownDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

function readGraph(graph: WireGraph, beside: ReadBeside | undefined): OnnxGraph {
  for (const what of ['node', 'initializer', 'input', 'output'] as const) {
    if (graph[what].length > MOST)
      throw new MalformedFile(`it has ${graph[what].length} ${what}s; at most ${MOST} are read`);
  }
  if (graph.sparse_initializer.length > 0)
    throw new MalformedFile('it has sparse initializers, which thimble does not read');
  return {
    name: graph.name ?? '',
    nodes: graph.node.map((node, index) => readNode(node, index, beside)),
    initializers: graph.initializer.map((tensor) => readTensor(tensor, beside)),
    inputs: graph.input.map(readValueInfo),
    outputs: graph.output.map(readValueInfo),
  };
}

function readNode(node: WireNode, index: number, beside: ReadBeside | undefined): OnnxNode {
  const { name = '', op_type: type = '', domain = '', input, output, attribute } = node;
  return {
    ...{ index, name, type: printable(type), domain: ownDomain(domain) },
    ...{ inputs: input, outputs: output },
    attributes: readAttributes(attribute, beside),
  };
}

function readAttributes(
  attributes: readonly WireAttribute[],
  beside: ReadBeside | undefined,
): ReadonlyMap<string, OnnxAttribute> {
  return new Map(attributes.map((each) => [each.name ?? '', readAttribute(each, beside)]));
}

function readAttribute(each: WireAttribute, beside: ReadBeside | undefined): OnnxAttribute {
  if (each.ref_attr_name) return { kind: 'reference', value: each.ref_attr_name };
  switch (each.type ?? guessType(each)) {
    case 1:
      return { kind: 'float', value: each.f ?? 0 };
    case 2:
      return { kind: 'int', value: Number(each.i ?? 0) };
    case 3:
      return { kind: 'string', value: textOf(each.s) };
    case 4:
      if (!each.t) throw new MalformedFile(`its attribute "${each.name}" has no tensor`);
      return { kind: 'tensor', value: readTensor(each.t, beside) };
    case 5:
      if (!each.g) throw new MalformedFile(`its attribute "${each.name}" has no graph`);
      return { kind: 'graph', value: readGraph(each.g, beside) };
    case 6:
      return { kind: 'floats', value: each.floats };
    case 7:
      return { kind: 'ints', value: each.ints.map(Number) };
    case 8:
      return { kind: 'strings', value: each.strings.map(textOf) };
    default:
      return { kind: 'other', value: `of kind ${each.type}` };
  }
}

// IR versions below 2 have no types of attributes.
function guessType(each: WireAttribute): number {
  const kinds = [each.f, each.i, each.s, each.t, each.g];
  const single = kinds.findIndex((value) => value !== undefined);
  if (single !== -1) return single + 1;
  return [each.floats, each.ints, each.strings].findIndex(({ length }) => length > 0) + 6;
}

function textOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('utf8');
}

function readValueInfo({ name = '', type }: WireValueInfo): OnnxValueInfo {
  const tensor = type?.tensor_type;
  const { dtype, typeName } = typeOf(tensor?.elem_type ?? 0);
  return {
    ...{ name, dtype, typeName: tensor ? typeName : 'no tensor' },
    shape: tensor?.shape?.dim.map(({ dim_value: value, dim_param: param }) =>
      value !== undefined && value > 0n ? Number(value) : (param ?? (value === 0n ? 0 : '?')),
    ),
  };
}
