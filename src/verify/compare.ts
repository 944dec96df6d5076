import { setImmediate } from 'node:timers/promises';
import type { Graph, TensorId } from '../ir/types.ts';
import { tensorOf } from '../ir/graph.ts';
import { byteLength } from '../ir/types.ts';
import { Interpreter } from '../interpret/interpret.ts';
import { crc32, firstDifference } from '../support/bytes.ts';
import { valueBytes } from '../ir/values.ts';
import type { LayerCrc } from '../emulate/driver.ts';

/** Whether one output is what it should be. */
export interface Verdict {
  readonly vector: string;
  /** What it was compared with: the reference, or a file beside the input. */
  readonly against: 'reference' | 'file';
  /** Undefined when all bytes agree. */
  readonly difference?: {
    readonly byte: number;
    readonly got: number;
    readonly expected: number;
    readonly count: number;
  };
}

/** Compares the bytes of all outputs of a graph. A NaN equals a NaN: their bits differ from core to core. */
export function compareOutput(
  graph: Graph,
  vector: string,
  against: Verdict['against'],
  output: Uint8Array,
  wanted: Uint8Array,
): Verdict {
  const [got, expected] = [oneNaN(graph, output), oneNaN(graph, wanted)];
  const byte = firstDifference(got, expected);
  if (byte === -1) return { vector, against };
  let count = 0;
  for (let i = 0; i < expected.length; i++) if (got[i] !== expected[i]) count++;
  return {
    vector,
    against,
    difference: { byte, got: got[byte] ?? -1, expected: expected[byte] ?? -1, count },
  };
}

// The outputs with one pattern of bits for every NaN.
function oneNaN(graph: Graph, output: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(output);
  const view = new DataView(bytes.buffer);
  let start = 0;
  for (const id of graph.outputs) {
    const type = tensorOf(graph, id);
    const end = Math.min(start + byteLength(type), bytes.length);
    if (type.dtype === 'float32')
      for (let at = start; at + 4 <= end; at += 4)
        if (Number.isNaN(view.getFloat32(at, true))) view.setUint32(at, 0x7fc00000, true);
    start = end;
  }
  return bytes;
}

/**
 * The outputs of the reference interpreter, which keeps its state for `steps` inputs in a row.
 * Between two inputs `signal` can end it.
 */
export async function referenceOutputs(
  graph: Graph,
  inputs: readonly Uint8Array[],
  signal?: AbortSignal,
  steps = 1,
): Promise<Uint8Array[]> {
  const interpreter = new Interpreter(graph);
  const outputs: Uint8Array[] = [];
  for (const [i, input] of inputs.entries()) {
    await setImmediate(undefined, { ...(signal && { signal }) });
    if (i % steps === 0) interpreter.reset();
    outputs.push(interpreter.runBytes(input));
  }
  return outputs;
}

/** Whether one output of one layer is the reference's. */
export interface LayerVerdict {
  readonly step: number;
  readonly name: string;
  readonly op: string;
  readonly equal: boolean;
}

/**
 * Compares the checksums that traced firmware printed for the last input of a sequence with the
 * reference's, in order. Steps with several outputs print one checksum for each.
 */
export function judgeLayers(
  graph: Graph,
  sequence: readonly Uint8Array[],
  tensors: readonly LayerCrc[],
): LayerVerdict[] {
  const crcs = new Map<TensorId, string>();
  // Checksums of tensors with a NaN say nothing.
  const unknowable = new Set<TensorId>();
  const interpreter = new Interpreter(graph);
  for (const before of sequence.slice(0, -1)) interpreter.runBytes(before);
  interpreter.runBytes(sequence.at(-1)!, (id, value) => {
    crcs.set(id, crc32(valueBytes(value)));
    if (value.data instanceof Float32Array && value.data.some(Number.isNaN)) unknowable.add(id);
  });
  const seen = new Map<number, number>();
  return tensors.map(({ layer, crc }) => {
    const node = graph.nodes[layer];
    const output = seen.get(layer) ?? 0;
    seen.set(layer, output + 1);
    const id = node?.outputs[output];
    const equal = id !== undefined && (unknowable.has(id) || crcs.get(id) === crc);
    return { step: layer, name: node?.origin.name ?? '?', op: node?.op ?? '?', equal };
  });
}
