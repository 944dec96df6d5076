import type { QuantizedModel, QuantizeModelOptions } from '../compress/quantize-model.ts';
import type { ImportOptions } from '../import/open-shapes.ts';
import { storesDense } from '../lower/lower.ts';
import { runPasses } from '../passes/index.ts';
import type { CompileOptions } from '../pipeline.ts';
import { CompileError, formatWarning } from '../support/diagnostics.ts';
import type { Calibrating } from '../workflow/calibration.ts';
import { loadModel } from '../workflow/load-model.ts';
import type { LoadedModel } from '../workflow/load-model.ts';
import { quantizeFile } from '../workflow/quantize-file.ts';
import { readInput } from '../workflow/read-input.ts';
import type { CompilingOptions, Frozen, ImportingOptions, ModelOptions } from './model-options.ts';
import type { Context } from './context.ts';
import type { Output } from './output.ts';

/** Loads a model, and quantizes it on the way when --calibrate is given. */
export async function openModel(
  file: string,
  options: CompilingOptions,
  context: Context,
): Promise<LoadedModel> {
  const { output } = context;
  const model = await loadModel(file, options.name, await importOptions(options, output));
  if (options.calibrate === undefined) return model;
  const calibrating = calibrateFrom(options.calibrate, context);
  const quantized = await quantizeFile(model, calibrating, quantizeOptions(options));
  noteWarnings(quantized, output);
  refuseCollapsed(quantized, options);
  return { ...model, graph: runPasses(quantized.graph) };
}

/** Calibration inputs in a folder, pictures and sounds as the configuration says. */
export function calibrateFrom(folder: string, context: Context): Calibrating {
  const preprocess = context.preprocess();
  return { folder, ...(preprocess && { preprocess }) };
}

/** What --shape, --freeze, --state and --input-layout say, and notes that go to `output`. */
export async function importOptions(
  { shape, freeze, state, inputLayout }: ImportingOptions,
  output: Output,
): Promise<ImportOptions> {
  return {
    shapes: new Map(shape),
    freeze: new Map(await Promise.all((freeze ?? []).map(readFrozen))),
    states: state ?? [],
    inputLayout,
    onNote: (text) => output.note(`note: ${text}`),
  };
}

async function readFrozen({ input, file }: Frozen): Promise<[string, Uint8Array]> {
  return [input, await readInput(file, 'frozen input')];
}

export function noteWarnings({ warnings }: Pick<QuantizedModel, 'warnings'>, output: Output): void {
  for (const warning of warnings) output.note(...formatWarning(warning).split('\n'));
}

/** Throws when an output of the quantized model carries no signal, unless --force is given. */
export function refuseCollapsed({ collapsed }: QuantizedModel, { force }: ModelOptions): void {
  if (collapsed.length > 0 && !force) throw new CompileError(collapsed, 'answer-is-no');
}

/** What the compiler may do, and how it is to choose among kernels and formats. */
export function compileOptions(options: CompilingOptions): CompileOptions {
  const { optimize, encoding, input, shrink, plans: allPlans = false } = options;
  const fed = input === 'rows';
  const choice = { optimize, fed, shrink, allPlans };
  return { ...choice, ...(encoding !== 'auto' && { accepts: storesDense }) };
}

export function quantizeOptions({ method, io, range }: ModelOptions): QuantizeModelOptions {
  return { method, io, ranges: new Map(range) };
}
