import { PRESETS, parseRecipe } from '../../compress/prune/recipe.ts';
import type { Recipe } from '../../compress/prune/recipe.ts';
import { formatCompression } from '../../report/compression.ts';
import { CompileError } from '../../support/diagnostics.ts';
import { HOST_TARGET, targetOf } from '../../target/target.ts';
import type { CompressedFile } from '../../workflow/compress-file.ts';
import { compressFile } from '../../workflow/compress-file.ts';
import { loadModel } from '../../workflow/load-model.ts';
import { readInput } from '../../workflow/read-input.ts';
import { writeWhole } from '../../workflow/write-file.ts';
import type { Context } from '../context.ts';
import {
  calibrateFrom,
  importOptions,
  noteWarnings,
  quantizeOptions,
  refuseCollapsed,
} from '../open-model.ts';
import type { ModelOptions } from '../model-options.ts';

export interface CompressCommandOptions extends ModelOptions {
  readonly output: string;
  readonly board?: string;
  readonly recipe?: string;
  readonly sparsity?: number;
  readonly toWeights?: number;
  readonly seed?: number;
}

/** `thimble compress`: fewer weights, fitted anew, in a .thimble file, and what that does to the outputs. */
export async function compressCommand(
  file: string,
  options: CompressCommandOptions,
  context: Context,
): Promise<void> {
  const { output, signal } = context;
  const recipe = await recipeOf(options);
  const board = context.board(options.board);
  const model = await loadModel(file, undefined, await importOptions(options, output));
  if (options.calibrate === undefined) {
    throw new CompileError({
      code: 'no-calibration',
      message: 'weights are taken out by what inputs say about them',
      hint: 'name a folder with raw inputs (in*.bin or *.in.bin), 500 or more, with --calibrate',
    });
  }
  const compressed = await compressFile(model, calibrateFrom(options.calibrate, context), {
    recipe,
    target: board ? targetOf(board) : HOST_TARGET,
    quantize: quantizeOptions(options),
    signal,
    note: (text) => output.detail(text),
  });
  const { quantized, bytesOfFile, unlikely } = compressed;
  noteWarnings({ warnings: unlikely }, output);
  if (quantized) {
    noteWarnings(quantized, output);
    refuseCollapsed(quantized, options);
  }
  await writeWhole(options.output, bytesOfFile, { signal });
  output.result([...formatCompression(compressed), `written to ${options.output}`], {
    model: model.name,
    recipe,
    inputBytes: model.bytes.length,
    outputBytes: bytesOfFile.length,
    ...describe(compressed),
  });
}

// All but the graph and the bytes of the file.
function describe(compressed: CompressedFile) {
  const { layers, left, bytes, bytesBefore, outputError, agreement } = compressed;
  const { fitted, judged, heldOut } = compressed;
  return { layers, left, bytes, bytesBefore, outputError, agreement, fitted, judged, heldOut };
}

// A preset or a file, and what the command line says instead.
async function recipeOf({ recipe, sparsity, toWeights, seed }: CompressCommandOptions) {
  const base = await baseRecipe(recipe);
  if (recipe === undefined && sparsity === undefined && toWeights === undefined)
    throw new CompileError({
      code: 'bad-option',
      message: 'nothing says how far the model is to be compressed',
      where: '--recipe',
      hint: 'give --recipe light, balanced, small or a file, --sparsity 0.8, or --to-weights 38K',
    });
  if (sparsity !== undefined && toWeights !== undefined)
    throw new CompileError({
      code: 'bad-option',
      message: '--sparsity says how much goes, --to-weights what remains',
      where: '--to-weights',
      hint: 'leave one of the two out',
    });
  const isGiven = toWeights !== undefined || sparsity !== undefined;
  return {
    ...(isGiven ? withoutSize(base) : base),
    ...(sparsity !== undefined && { sparsity }),
    ...(toWeights !== undefined && { weights: String(toWeights) }),
    ...(seed !== undefined && { seed }),
  } satisfies Recipe;
}

function withoutSize({ sparsity, weights, ...others }: Recipe): Recipe {
  return others;
}

async function baseRecipe(recipe: string | undefined): Promise<Recipe> {
  if (recipe === undefined) return {};
  if (Object.hasOwn(PRESETS, recipe)) return PRESETS[recipe as keyof typeof PRESETS];
  const bytes = await readInput(recipe, 'recipe');
  return parseRecipe(new TextDecoder().decode(bytes), recipe);
}
