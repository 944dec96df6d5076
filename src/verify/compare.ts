import { setImmediate } from 'node:timers/promises';
import type { Graph, TensorId } from '../ir/types.ts';
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

export function compareOutput(
  vector: string,
  against: Verdict['against'],
  got: Uint8Array,
  expected: Uint8Array,
): Verdict {
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

/** The outputs of the reference interpreter. Between two inputs `signal` can end it. */
export async function referenceOutputs(
  graph: Graph,
  inputs: readonly Uint8Array[],
  signal?: AbortSignal,
): Promise<Uint8Array[]> {
  const interpreter = new Interpreter(graph);
  const outputs: Uint8Array[] = [];
  for (const input of inputs) {
    await setImmediate(undefined, { ...(signal && { signal }) });
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
 * Compares the checksums that traced firmware printed with the reference's, in order. Steps with
 * several outputs print one checksum for each.
 */
export function judgeLayers(
  graph: Graph,
  input: Uint8Array,
  tensors: readonly LayerCrc[],
): LayerVerdict[] {
  const crcs = new Map<TensorId, string>();
  new Interpreter(graph).runBytes(input, (id, value) => crcs.set(id, crc32(valueBytes(value))));
  const seen = new Map<number, number>();
  return tensors.map(({ layer, crc }) => {
    const node = graph.nodes[layer];
    const output = seen.get(layer) ?? 0;
    seen.set(layer, output + 1);
    const id = node?.outputs[output];
    const equal = id !== undefined && crcs.get(id) === crc;
    return { step: layer, name: node?.origin.name ?? '?', op: node?.op ?? '?', equal };
  });
}
