import { throwIfAny } from '../../support/diagnostics.ts';
import { loadModel } from '../../workflow/load-model.ts';
import { trainFile } from '../../workflow/train-file.ts';
import type { TrainedFile } from '../../workflow/train-file.ts';
import { writeWhole } from '../../workflow/write-file.ts';
import type { Context } from '../context.ts';
import type { ModelOptions } from '../model-options.ts';
import { badOption } from '../option-values.ts';
import { importOptions, noteWarnings, quantizeOptions, refuseCollapsed } from '../open-model.ts';

/** What `thimble compress` takes besides, where it trains. */
export interface TrainOptions {
  readonly train?: string;
  readonly epochs: number;
  readonly rate: number;
  readonly patience: number;
}

interface Options extends ModelOptions, TrainOptions {
  readonly output: string;
  readonly sparsity?: number;
  readonly seed?: number;
}

// What says how to compress without training.
const OTHERS = {
  recipe: '--recipe',
  toWeights: '--to-weights',
  toFlash: '--to-flash',
  toCycles: '--to-cycles',
  maxDrop: '--max-drop',
  bits: '--bits',
  optimize: '--optimize',
  calibrate: '--calibrate',
} as const;

/** `thimble compress --train`: a model fine-tuned on labelled inputs, pruned meanwhile where --sparsity is given. */
export async function trainCommand(
  file: string,
  folder: string,
  options: Options,
  context: Context,
): Promise<void> {
  refuseOthers(options);
  const { output, signal } = context;
  const preprocess = context.preprocess();
  const { epochs, rate, patience, sparsity, seed = 1 } = options;
  const model = await loadModel(file, undefined, await importOptions(options, output));
  const trained = await trainFile(model, folder, {
    ...{ epochs, rate, patience, seed, signal },
    ...(sparsity !== undefined && { sparsity }),
    ...(preprocess && { preprocess }),
    quantize: quantizeOptions(options),
    checkpoint: `${options.output}.checkpoint`,
    note: (text) => output.note(text),
  });
  noteWarnings(trained.quantized, output);
  refuseCollapsed(trained.quantized, options);
  await writeWhole(options.output, trained.bytesOfFile, { signal });
  const { errorBefore, best, resumedAt, judged, zeros } = trained;
  output.result([...describe(trained), `written to ${options.output}`], {
    model: model.name,
    ...{ inputBytes: model.bytes.length, outputBytes: trained.bytesOfFile.length },
    ...{ epochs, seed, errorBefore, best, resumedAt, trained: trained.trained, judged, zeros },
  });
}

function describe(trained: TrainedFile): string[] {
  const { errorBefore, best, resumedAt, judged, zeros, bytesOfFile } = trained;
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  return [
    ...(resumedAt > 0 ? [`resumed after epoch ${resumedAt}`] : []),
    `wrong answers: ${percent(best.error)} after epoch ${best.epoch}, ${percent(errorBefore)} before, on ${judged} inputs held out (${trained.trained} to train)`,
    `zeros: ${percent(zeros)} of the weights; file: ${bytesOfFile.length} B`,
  ];
}

function refuseOthers(options: { readonly [K in keyof typeof OTHERS]?: unknown }): void {
  throwIfAny(
    Object.entries(OTHERS)
      .filter(([key]) => options[key as keyof typeof OTHERS] !== undefined)
      .map(([, option]) =>
        badOption(
          option,
          `${option} says how to compress without training`,
          'with --train give --sparsity, or nothing: zeros and few-valued weights stay',
        ),
      ),
  );
}
