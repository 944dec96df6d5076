import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { QuantizedModel, QuantizeModelOptions } from '../compress/quantize-model.ts';
import { tensorOf } from '../ir/graph.ts';
import type { Graph, TensorType } from '../ir/types.ts';
import { byteLength, perTensor } from '../ir/types.ts';
import { floats, valueFromBytes } from '../ir/values.ts';
import { bytesOf, concatBytes, sha256 } from '../support/bytes.ts';
import type { PreprocessSettings } from '../preprocess/settings.ts';
import { CompileError } from '../support/diagnostics.ts';
import type { Examples } from '../train/examples.ts';
import { subset } from '../train/examples.ts';
import type { FineTuned } from '../train/fine-tune.ts';
import { fineTune } from '../train/fine-tune.ts';
import { Network } from '../train/network.ts';
import { isQuantized, toFloat } from '../train/to-float.ts';
import { turns } from './compress-file.ts';
import { readLabelled } from './labelled-inputs.ts';
import type { LabelledInputs } from './labelled-inputs.ts';
import type { LoadedModel } from './load-model.ts';
import { readInput } from './read-input.ts';
import { storeTrained } from './store-trained.ts';
import { writeWhole } from './write-file.ts';

export interface TrainRequest {
  readonly epochs: number;
  readonly seed: number;
  readonly rate: number;
  readonly patience: number;
  /** The share of all weights that becomes zero while it trains; left out: none but those that are. */
  readonly sparsity?: number;
  /** What pictures become. */
  readonly preprocess?: PreprocessSettings;
  /** How the result becomes int8. */
  readonly quantize: QuantizeModelOptions;
  /** Written after each epoch, read where it is there, removed at the end. */
  readonly checkpoint: string;
  readonly signal: AbortSignal;
  readonly note: (text: string) => void;
}

/** A trained model, and the .thimble file that holds it. */
export interface TrainedFile extends FineTuned {
  readonly graph: Graph;
  readonly bytesOfFile: Uint8Array;
  readonly quantized: QuantizedModel;
  /** Examples that it was trained with, and that it was judged on. */
  readonly trained: number;
  readonly judged: number;
  /** Parts of weights that are zero, 0 to 1. */
  readonly zeros: number;
}

/** Samples of a batch. */
const BATCH = 32;
/** One of so many examples is held out, spread evenly. */
const HELD_OUT = 5;
/** Examples that calibrate the ranges of int8, at most. */
const MOST_CALIBRATING = 256;

/** Trains a loaded model on the labelled inputs of a folder; it becomes int8. */
export async function trainFile(
  model: LoadedModel,
  folder: string,
  request: TrainRequest,
): Promise<TrainedFile> {
  const { epochs, seed, rate, patience, sparsity, preprocess, signal, note } = request;
  const float = isQuantized(model.graph) ? toFloat(model.graph) : model.graph;
  const network = new Network(float, BATCH);
  const type = tensorOf(model.graph, model.graph.inputs[0]!);
  const labelled = await readLabelled(folder, model.graph, {
    ...{ inputBytes: byteLength(type), classes: network.logits.size },
    ...(preprocess && { preprocess }),
  });
  const examples = examplesOf(labelled, type);
  const places = Array.from(labelled.inputs, (_, i) => i);
  const check = subset(
    examples,
    places.filter((i) => i % HELD_OUT === HELD_OUT - 1),
  );
  const train = subset(
    examples,
    places.filter((i) => i % HELD_OUT !== HELD_OUT - 1),
  );
  if (check.count === 0) throw tooFew(folder, examples.count);
  const settings = { epochs, seed, rate, patience, sparsity };
  const job = sha256(concatBytes([model.bytes, ...contentsOf(labelled, settings)]));
  const started = performance.now();
  const resumed = existsSync(request.checkpoint)
    ? await readInput(request.checkpoint, 'checkpoint')
    : undefined;
  let first: number | undefined;
  const tuned = await fineTune(
    network,
    { train, check },
    {
      ...{ epochs, seed, rate, patience, job, turn: turns(signal) },
      ...(sparsity !== undefined && { kept: 1 - sparsity }),
      ...(resumed && { checkpoint: { file: request.checkpoint, bytes: resumed } }),
      async afterEpoch({ epoch, loss, error, checkpoint }) {
        first ??= epoch - 1;
        await writeWhole(request.checkpoint, checkpoint, { signal, inPlace: true });
        const each = (performance.now() - started) / (epoch - first);
        const left = Math.round((each * (epochs - epoch)) / 1000);
        note(
          `epoch ${epoch} of ${epochs}: loss ${loss.toFixed(4)}, ${percent(error)} wrong of ${check.count} held out, ${left} s left at most`,
        );
      },
    },
  );
  const stored = storeTrained(
    network.toGraph(),
    calibrating(train, network.input.size),
    model.source,
    {
      ...request.quantize,
      ...{ io: isQuantized(model.graph) ? 'int8' : request.quantize.io, perLayer: tuned.shares },
    },
  );
  await rm(request.checkpoint, { force: true });
  const weights = network.parameters.filter(({ role }) => role === 'weights');
  const count = (of: (values: Float32Array) => number) =>
    weights.reduce((sum, { values }) => sum + of(values), 0);
  return {
    ...tuned,
    ...{ graph: stored.graph, bytesOfFile: stored.bytes, quantized: stored.quantized },
    ...{ trained: train.count, judged: check.count },
    zeros: count((values) => values.filter((value) => value === 0).length) / count((v) => v.length),
  };
}

// Inputs as float networks take them.
function examplesOf({ inputs, labels }: LabelledInputs, type: TensorType): Examples {
  const { scale, zeroPoint } = perTensor(type);
  return {
    ...{ count: inputs.length, labels },
    read(index, to) {
      const value = valueFromBytes(type, inputs[index]!);
      if (type.dtype === 'float32') to.set(floats(value));
      else
        to.set(Float32Array.from(value.data as ArrayLike<number>, (x) => (x - zeroPoint) * scale));
    },
  };
}

function calibrating(train: Examples, size: number): Uint8Array[] {
  const count = Math.min(MOST_CALIBRATING, train.count);
  return Array.from({ length: count }, (_, i) => {
    const values = new Float32Array(size);
    train.read(Math.floor((i * train.count) / count), values);
    return bytesOf(values);
  });
}

// What a checkpoint belongs to, besides the model.
function contentsOf({ inputs, labels }: LabelledInputs, settings: object): Uint8Array[] {
  const text = JSON.stringify([settings, labels]);
  return [new TextEncoder().encode(text), ...inputs];
}

function tooFew(folder: string, count: number): CompileError {
  return new CompileError({
    code: 'bad-labels',
    message: `it holds ${count} inputs: one of ${HELD_OUT} is held out to judge the others`,
    where: folder,
    hint: 'some hundreds are needed at least',
  });
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
