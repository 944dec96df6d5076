import { tensorOf } from './graph.ts';
import { byteLength, perTensor } from './types.ts';
import type { Graph } from './types.ts';
import { valueFromBytes } from './values.ts';

/** What the bytes of a graph's outputs, one after another, stand for: scale * (stored - zero point) where quantized. */
export function outputReals(graph: Graph, bytes: Uint8Array): Float64Array[] {
  let offset = 0;
  return graph.outputs.map((id) => {
    const tensor = tensorOf(graph, id);
    const { data } = valueFromBytes(tensor, bytes.subarray(offset, (offset += byteLength(tensor))));
    const stored = Float64Array.from(data as ArrayLike<number | bigint>, Number);
    if (!tensor.quant) return stored;
    const { scale, zeroPoint } = perTensor(tensor);
    return stored.map((x) => scale * (x - zeroPoint));
  });
}

/** The index of the largest value, the first of several, as `<model>_top1` of the generated C finds it. */
export function argmax(values: ArrayLike<number | bigint>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
