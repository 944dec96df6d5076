import { setImmediate } from 'node:timers/promises';
import { checkInputs } from '../compress/calibration-inputs.ts';
import { compressGraph } from '../compress/prune/compress-model.ts';
import type { CompressedModel } from '../compress/prune/compress-model.ts';
import type { Price, Priced } from '../compress/prune/prune-layer.ts';
import type { Recipe } from '../compress/prune/recipe.ts';
import { storeInputs } from '../compress/prune/store-inputs.ts';
import { quantizeModel } from '../compress/quantize-model.ts';
import type { QuantizedModel, QuantizeModelOptions } from '../compress/quantize-model.ts';
import type { WeightFormat } from '../encode/format.ts';
import { constantBytes } from '../estimate/estimate.ts';
import type { Graph } from '../ir/types.ts';
import { cyclesOn, waysOf } from '../lower/lower.ts';
import type { Step } from '../lower/schedule.ts';
import { runPasses } from '../passes/index.ts';
import { shrink } from '../passes/shrink/shrink.ts';
import { planModel } from '../pipeline.ts';
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
  const { optimize = recipe.cycles === undefined ? 'flash' : 'speed' } = recipe;
  const inputs = await readCalibration(model, calibrating);
  checkInputs(model.graph, inputs);
  const quantized = isFloat(model.graph) ? quantizeModel(model.graph, inputs, quantize) : undefined;
  // What is constant or unread goes first: it costs bytes, and makes least squares singular.
  const graph = shrinkGraph(runPasses(quantized?.graph ?? model.graph));
  const compressed = await compressGraph(
    graph,
    inputs.map(({ input }) => (quantized ? storeInputs(graph, input) : input)),
    {
      ...{ recipe, shrink: shrinkGraph, turn: turns(signal), note },
      price: priceOn(target, optimize),
      outlook: (compressed) => outlookOn(compressed, target, optimize),
    },
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

type Objective = NonNullable<Recipe['optimize']>;

// What the compiler takes when it looks for speed, or for flash, as far as it decides layer by layer.
function priceOn(target: Target, optimize: Objective): Price {
  return (node) => {
    const ways = waysOf(node, target).flatMap(({ name, format, cost }) =>
      cost
        ? [priced({ node, cost: { ...cost, cycles: cyclesOn(target, node, name, cost) } }, format)]
        : [],
    );
    const key = optimize === 'flash' ? 'bytes' : 'cycles';
    return ways.reduce((a, b) => (b[key] < a[key] ? b : a));
  };
}

function priced(step: Pick<Step, 'node' | 'cost'>, format: WeightFormat | undefined): Priced {
  const { cycles } = step.cost;
  return { bytes: constantBytes(step), cycles, format: format?.name ?? 'none' };
}

function outlookOn(graph: Graph, target: Target, optimize: Objective) {
  const { flash, cycles } = planModel(graph, target, { optimize }).selection.estimate;
  return { flash: flash.total, cycles };
}

/** Lets others have their turn now and then; throws where the signal has been given. */
export function turns(signal: AbortSignal): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < TURN_MS) return;
    await setImmediate();
    signal.throwIfAborted();
    last = performance.now();
  };
}
