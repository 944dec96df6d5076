import { GOALS, PRESETS, parseRecipe } from '../../compress/prune/recipe.ts';
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
import { badOption } from '../option-values.ts';
import {
  calibrateFrom,
  importOptions,
  noteWarnings,
  quantizeOptions,
  refuseCollapsed,
} from '../open-model.ts';
import type { ModelOptions } from '../model-options.ts';
import { trainCommand } from './compress-train.ts';
import type { TrainOptions } from './compress-train.ts';

export interface CompressCommandOptions extends ModelOptions, TrainOptions {
  readonly output: string;
  readonly board?: string;
  readonly recipe?: string;
  readonly sparsity?: number;
  readonly toWeights?: number;
  readonly toFlash?: number;
  readonly toCycles?: number;
  readonly maxDrop?: number;
  readonly bits?: number;
  readonly optimize?: 'speed' | 'flash';
  readonly seed?: number;
}

/** `thimble compress`: fewer weights, fitted anew, in a .thimble file, and what that does to the outputs. */
export async function compressCommand(
  file: string,
  options: CompressCommandOptions,
  context: Context,
): Promise<void> {
  if (options.train !== undefined) return trainCommand(file, options.train, options, context);
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
async function recipeOf(options: CompressCommandOptions): Promise<Recipe> {
  const { sparsity, toWeights, toFlash, toCycles, maxDrop, bits, optimize, seed } = options;
  const goals = {
    ...(sparsity !== undefined && { sparsity }),
    ...(toWeights !== undefined && { weights: String(toWeights) }),
    ...(toFlash !== undefined && { flash: String(toFlash) }),
    ...(toCycles !== undefined && { cycles: toCycles }),
    ...(maxDrop !== undefined && { maxDrop }),
  };
  const base = await baseRecipe(options.recipe);
  const said = Object.keys(goals).length;
  if (options.recipe === undefined && said === 0 && bits === undefined)
    throw badGoals(
      'nothing says how far the model is to be compressed',
      'give --recipe light, balanced, small or a file, --sparsity 0.8, --bits 4, --to-weights 38K, --to-flash 64K, --to-cycles 4M or --max-drop 0.5%',
    );
  if (said > 1)
    throw badGoals(
      `${GOAL_OPTIONS.join(', ')} each say how far the model is compressed`,
      'leave all but one of them out',
    );
  return {
    ...(said > 0 ? withoutGoal(base) : base),
    ...goals,
    ...(bits !== undefined && { bits }),
    ...(optimize !== undefined && { optimize }),
    ...(seed !== undefined && { seed }),
  };
}

const GOAL_OPTIONS = ['--sparsity', '--to-weights', '--to-flash', '--to-cycles', '--max-drop'];

function badGoals(message: string, hint: string): CompileError {
  return new CompileError(badOption(GOAL_OPTIONS.join(', '), message, hint));
}

function withoutGoal(recipe: Recipe): Recipe {
  const goals: readonly string[] = GOALS;
  return Object.fromEntries(Object.entries(recipe).filter(([key]) => !goals.includes(key)));
}

async function baseRecipe(recipe: string | undefined): Promise<Recipe> {
  if (recipe === undefined) return {};
  if (Object.hasOwn(PRESETS, recipe)) return PRESETS[recipe as keyof typeof PRESETS];
  const bytes = await readInput(recipe, 'recipe');
  return parseRecipe(new TextDecoder().decode(bytes), recipe);
}
