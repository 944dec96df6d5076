import type { Command } from 'commander';
import { quantizeGraph } from '../compress/quantize.ts';
import type { QuantizeOptions } from '../compress/quantize.ts';
import type { Range } from '../compress/range.ts';
import { Interpreter } from '../interpret/interpret.ts';
import { runPasses } from '../passes/index.ts';
import { CompileError } from '../support/diagnostics.ts';
import { loadModel } from '../workflow/load-model.ts';
import type { LoadedModel } from '../workflow/load-model.ts';
import { readVectors } from '../workflow/vectors.ts';
import { choiceOption } from './context.ts';

/** Options of every command that reads a model. */
export interface ModelOptions {
  readonly name?: string;
  readonly calibrate?: string;
  readonly method: string;
  readonly io: string;
  readonly range?: readonly string[];
}

export function addModelOptions(command: Command): Command {
  return command
    .option('--name <NAME>', 'prefix of the C names, instead of the file’s name')
    .option('--calibrate <DIR>', 'quantize a float model with the inputs of a folder')
    .option('--method <METHOD>', 'how ranges are chosen: minmax, percentile or mse', 'mse')
    .option('--io <TYPE>', 'inputs and outputs of the quantized model: float or int8', 'float')
    .option('--range <TENSOR=LOW:HIGH...>', 'ranges that you know better than calibration does');
}

/** Loads a model, and quantizes it on the way when --calibrate is given. */
export async function openModel(file: string, options: ModelOptions): Promise<LoadedModel> {
  const model = await loadModel(file, options.name);
  if (options.calibrate === undefined) return model;
  const float = runPasses(model.graph);
  const inputs = await calibrationInputs(model, options.calibrate);
  return { ...model, graph: quantizeGraph(float, inputs, quantizeOptions(options)) };
}

export async function calibrationInputs(
  { graph }: LoadedModel,
  folder: string,
): Promise<Uint8Array[]> {
  const { inputBytes, outputBytes } = new Interpreter(graph);
  return (await readVectors(folder, inputBytes, outputBytes)).map(({ input }) => input);
}

export function quantizeOptions(options: ModelOptions): QuantizeOptions {
  return {
    method: choiceOption('--method', options.method, ['minmax', 'percentile', 'mse']),
    io: choiceOption('--io', options.io, ['float', 'int8']),
    ranges: new Map((options.range ?? []).map(parseRange)),
  };
}

function parseRange(text: string): [string, Range] {
  const match = /^(.+)=([-+\d.e]+):([-+\d.e]+)$/.exec(text);
  const [low, high] = [Number(match?.[2]), Number(match?.[3])];
  if (match && low < high) return [match[1]!, { low, high }];
  throw new CompileError({
    code: 'bad-option',
    message: `--range "${text}" is not TENSOR=LOW:HIGH`,
    where: '--range',
    hint: 'for example --range scores=-20:20',
  });
}
