import type { Interpreter } from '../../src/interpret/interpret.ts';
import type { Graph, TensorId, TensorType } from '../../src/ir/types.ts';
import { byteLength } from '../../src/ir/types.ts';
import { valueBytes } from '../../src/ir/values.ts';

/** The bytes of every tensor that the reference computes for its next input, NaNs made alike. */
export function tensorBytes(reference: Interpreter, input: Uint8Array): Map<TensorId, Uint8Array> {
  const seen = new Map<TensorId, Uint8Array>();
  reference.runBytes(input, (id, value) => {
    seen.set(id, likenNaNs(value.type, valueBytes(value)));
  });
  return seen;
}

/** An inference's output as one block of bytes for each output of the graph, NaNs made alike. */
export function outputBlocks(graph: Graph, output: Uint8Array): Uint8Array[] {
  let offset = 0;
  return graph.outputs.map((id) => {
    const tensor = graph.tensors.get(id)!;
    return likenNaNs(tensor, output.slice(offset, (offset += byteLength(tensor))));
  });
}

// Machines differ in the sign and the payload of a NaN.
function likenNaNs({ dtype }: TensorType, bytes: Uint8Array): Uint8Array {
  if (dtype !== 'float32') return bytes;
  const floats = new Float32Array(bytes.slice().buffer);
  const words = new Uint32Array(floats.buffer);
  floats.forEach((x, i) => {
    if (Number.isNaN(x)) words[i] = 0x7fc00000;
  });
  return new Uint8Array(floats.buffer);
}
