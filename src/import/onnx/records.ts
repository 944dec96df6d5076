import type { OnnxGraph, OnnxNode, OnnxTensor } from '../../formats/onnx/records.ts';

/** Who writes each value of a graph, who reads it, and the constants: what rewrites look at. */
export interface Links {
  readonly writers: ReadonlyMap<string, OnnxNode>;
  readonly readers: ReadonlyMap<string, readonly OnnxNode[]>;
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  readonly outputs: ReadonlySet<string>;
}

export function linksOf({ nodes, initializers, outputs }: OnnxGraph): Links {
  const writers = new Map<string, OnnxNode>();
  const readers = new Map<string, OnnxNode[]>();
  for (const node of nodes) {
    for (const name of node.outputs) if (name) writers.set(name, node);
    for (const name of new Set(node.inputs)) {
      if (name) readers.set(name, [...(readers.get(name) ?? []), node]);
    }
  }
  const constants = new Map(initializers.map((tensor) => [tensor.name, tensor]));
  for (const {
    type,
    outputs: [name],
    attributes,
  } of nodes) {
    const value = attributes.get('value');
    if (type === 'Constant' && name && value?.kind === 'tensor') constants.set(name, value.value);
  }
  return { writers, readers, constants, outputs: new Set(outputs.map(({ name }) => name)) };
}

/** The one reader of a value that is no output of the model; undefined when there are more or fewer. */
export function onlyReader({ readers, outputs }: Links, name: string): OnnxNode | undefined {
  const [reader, ...others] = readers.get(name) ?? [];
  return outputs.has(name) || others.length > 0 ? undefined : reader;
}

/** The float numbers of a constant; undefined when it is none, or of another type. */
export function floatsOf({ constants }: Links, name: string | undefined): Float32Array | undefined {
  const tensor = name === undefined ? undefined : constants.get(name);
  if (tensor?.dtype !== 'float32' || tensor.unreadable) return undefined;
  return new Float32Array(Uint8Array.from(tensor.data).buffer);
}

/** Nodes whose results somebody reads, or that write outputs of the model. */
export function withoutUnread(graph: OnnxGraph): OnnxGraph {
  const wanted = new Set(graph.outputs.map(({ name }) => name));
  const nodes = [...graph.nodes].reverse().filter((node) => {
    const read = node.outputs.some((name) => wanted.has(name));
    if (read) node.inputs.forEach((name) => wanted.add(name));
    return read;
  });
  return { ...graph, nodes: nodes.reverse() };
}
