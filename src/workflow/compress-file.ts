import { setImmediate } from 'node:timers/promises';
import { checkInputs } from '../compress/calibration-inputs.ts';
import { compressGraph } from '../compress/prune/compress-model.ts';
import type { CompressedModel } from '../compress/prune/compress-model.ts';
import type { Price } from '../compress/prune/prune-layer.ts';
import type { Recipe } from '../compress/prune/recipe.ts';
import { storeInputs } from '../compress/prune/store-inputs.ts';
import { quantizeModel } from '../compress/quantize-model.ts';
import type { QuantizedModel, QuantizeModelOptions } from '../compress/quantize-model.ts';
import { constantBytes } from '../estimate/estimate.ts';
import type { Graph } from '../ir/types.ts';
import { cyclesOn, waysOf } from '../lower/lower.ts';
import { runPasses } from '../passes/index.ts';
import { shrink } from '../passes/shrink/shrink.ts';
import { describeUnlikely } from '../preprocess/check-range.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import type { Target } from '../target/target.ts';
import { readCalibration } from './calibration.ts';
import type { Calibrating } from './calibration.ts';
import type { LoadedModel } from './load-model.ts';
import { thimbleBytes } from './thimble-bytes.ts';

/** A compressed model, and the .thimble file that holds it. */
export interface CompressedFile extends CompressedModel {
  readonly bytesOfFile: Uint8Array;
  /** What quantization did to a float model on the way. */
  readonly quantized?: QuantizedModel;
  /** Where the inputs do not look like the model's. */
  readonly unlikely: readonly Diagnostic[];
}

export interface CompressRequest {
  readonly recipe: Recipe;
  /** Whose kernels and formats count. */
  readonly target: Target;
  /** How a float model is quantized on the way. */
  readonly quantize: QuantizeModelOptions;
  readonly signal: AbortSignal;
  readonly note: (text: string) => void;
}

/** Milliseconds after which others have their turn. */
const TURN_MS = 50;

/** Compresses a loaded model with the inputs of a folder; a float model is quantized first. */
export async function compressFile(
  model: LoadedModel,
  calibrating: Calibrating,
  { recipe, target, quantize, signal, note }: CompressRequest,
): Promise<CompressedFile> {
  const inputs = await readCalibration(model, calibrating);
  checkInputs(model.graph, inputs);
  const quantized = isFloat(model.graph) ? quantizeModel(model.graph, inputs, quantize) : undefined;
  // What is constant or unread goes first: it costs bytes, and makes least squares singular.
  const graph = shrinkGraph(runPasses(quantized?.graph ?? model.graph));
  const compressed = await compressGraph(
    graph,
    inputs.map(({ input }) => (quantized ? storeInputs(graph, input) : input)),
    { recipe, price: priceOn(target), shrink: shrinkGraph, turn: turns(signal), note },
  );
  return {
    ...compressed,
    bytesOfFile: thimbleBytes(compressed.graph, model.source),
    unlikely: describeUnlikely(
      model.graph,
      inputs.map(({ input }) => input),
    ),
    ...(quantized && { quantized }),
  };
}

const shrinkGraph = (graph: Graph) => shrink(graph).graph;

// A model without a quantized tensor.
function isFloat({ tensors }: Graph): boolean {
  return [...tensors.values()].every(({ dtype }) => dtype !== 'int8');
}

// What the compiler takes when it looks for speed, as far as it decides layer by layer.
function priceOn(target: Target): Price {
  return (node) => {
    const ways = waysOf(node, target).flatMap(({ name, format, cost }) =>
      cost
        ? [{ format: format?.name ?? 'none', cost, cycles: cyclesOn(target, node, name, cost) }]
        : [],
    );
    const fastest = ways.reduce((a, b) => (b.cycles < a.cycles ? b : a));
    return {
      bytes: constantBytes({ node, cost: { ...fastest.cost, cycles: fastest.cycles } }),
      format: fastest.format,
    };
  };
}

function turns(signal: AbortSignal): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < TURN_MS) return;
    await setImmediate();
    signal.throwIfAborted();
    last = performance.now();
  };
}
