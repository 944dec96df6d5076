import { quantizeModel } from '../compress/quantize-model.ts';
import type { QuantizedModel, QuantizeModelOptions } from '../compress/quantize-model.ts';
import type { Graph } from '../ir/types.ts';
import { runPasses } from '../passes/index.ts';
import { shrink } from '../passes/shrink/shrink.ts';
import { thimbleBytes } from './thimble-bytes.ts';

/** A trained network in int8, and the .thimble file that holds it. */
export interface StoredNetwork {
  readonly graph: Graph;
  readonly bytes: Uint8Array;
  readonly quantized: QuantizedModel;
}

/**
 * Quantizes a trained float graph, calibrated on raw float inputs, and takes out what has become constant or
 * unread. Zeros stay zeros, and with `perLayer` weights that share a value still do. Throws CompileError
 * where quantization makes no sense.
 */
export function storeTrained(
  graph: Graph,
  inputs: readonly Uint8Array[],
  source: string,
  options: QuantizeModelOptions,
): StoredNetwork {
  const named = inputs.map((input, i) => ({ name: `training input ${i}`, input }));
  const quantized = quantizeModel(graph, named, options);
  const small = shrink(runPasses(quantized.graph)).graph;
  return { graph: small, bytes: thimbleBytes(small, source), quantized };
}
