import type { Command } from 'commander';
import type { QuantizeModelOptions } from '../compress/quantize-model.ts';
import type { Range } from '../compress/range.ts';
import { dense } from '../encode/dense.ts';
import type { InputLayout } from '../import/open-shapes.ts';
import { OBJECTIVES } from '../select/objective.ts';
import type { Objective } from '../select/objective.ts';
import { CompileError } from '../support/diagnostics.ts';
import { badOption, choiceOption, listOf } from './option-values.ts';

/** Options of every command that reads a model. */
export interface ModelOptions {
  readonly calibrate?: string;
  readonly method: QuantizeModelOptions['method'];
  readonly io: QuantizeModelOptions['io'];
  readonly range?: readonly (readonly [string, Range])[];
  readonly force?: boolean;
  readonly shape?: readonly (readonly [string, readonly number[]])[];
  readonly freeze?: readonly Frozen[];
  readonly state?: readonly (readonly [string, string])[];
  readonly inputLayout: InputLayout;
}

/** What every command that reads a model file may be told about it. */
export type ImportingOptions = Pick<ModelOptions, 'shape' | 'freeze' | 'state' | 'inputLayout'>;

/** An input that is a constant, and the file of its elements. */
export interface Frozen {
  readonly input: string;
  readonly file: string;
}

const ENCODINGS = ['auto', dense.name] as const;
type Encoding = (typeof ENCODINGS)[number];

/** Options of every command that compiles one. */
export interface CompilingOptions extends ModelOptions {
  readonly name?: string;
  readonly optimize: Objective;
  readonly encoding: Encoding;
  /** How the application gives the input; `run` has none. */
  readonly input?: 'whole' | 'rows';
  readonly shrink: boolean;
  /** Whether all plans are looked at for the trade; only where they are shown. */
  readonly plans?: boolean;
}

/** The options of every command that reads a model file. */
export function addImportOptions(command: Command): Command {
  return command
    .option(
      '--shape <INPUT=SIZES...>',
      'sizes that the file leaves open: x=1x96x96x3',
      listOf(parseShape),
    )
    .option(
      '--freeze <INPUT=FILE...>',
      'inputs of an ONNX model that become constants: raw elements',
      listOf(parseFrozen),
    )
    .option(
      '--state <INPUT=OUTPUT...>',
      'inputs that are outputs of the inference before: kept by the model',
      listOf(parseState),
    )
    .option(
      '--input-layout <ORDER>',
      'axes of an ONNX model’s four-axis inputs: file (as exported), or nhwc, as cameras give pictures',
      choiceOption('--input-layout', ['file', 'nhwc']),
      'file',
    );
}

export function addModelOptions(command: Command): Command {
  return addImportOptions(command)
    .option('--calibrate <DIR>', 'quantize a float model with the inputs of a folder')
    .option(
      '--method <METHOD>',
      'how ranges are chosen: minmax, percentile, mse, or auto: the one with the least error',
      choiceOption('--method', ['auto', 'minmax', 'percentile', 'mse']),
      'auto',
    )
    .option(
      '--io <TYPE>',
      'inputs and outputs of the quantized model: float or int8',
      choiceOption('--io', ['float', 'int8']),
      'float',
    )
    .option(
      '--range <TENSOR=LOW:HIGH...>',
      'ranges that you know better than calibration does',
      listOf(parseRange),
    )
    .option('--force', 'go on with a quantized model of which an output collapsed');
}

/** Options of every command that compiles a model. */
export function addCompileOptions(command: Command): Command {
  return addModelOptions(command)
    .option('--name <NAME>', 'prefix of the C names, instead of the file’s name')
    .option(
      '--optimize <GOAL>',
      'what to be best at within flash and RAM: speed, flash, ram or balanced',
      choiceOption('--optimize', OBJECTIVES),
      'speed',
    )
    .option(
      '--encoding <FORMATS>',
      'how weights may be stored: auto, or dense: all of them, though some are zero or alike',
      choiceOption('--encoding', ENCODINGS),
      'auto',
    )
    .option('--no-shrink', 'compute channels, too, that are constant or that nobody reads');
}

/** How the application gives the input; `run` takes a file there. */
export function addInputOption(command: Command): Command {
  return command.option(
    '--input <HOW>',
    'how the application gives the input: whole, or rows, one by one as a camera does',
    choiceOption('--input', ['whole', 'rows']),
    'whole',
  );
}

function parseFrozen(text: string): Frozen {
  const [, input, file] = /^(.+?)=(.+)$/s.exec(text) ?? [];
  if (input !== undefined && file !== undefined) return { input, file };
  throw new CompileError(
    badOption(
      '--freeze',
      `--freeze "${text}" is not INPUT=FILE`,
      'for example --freeze sizes=sizes.bin',
    ),
  );
}

function parseState(text: string): [string, string] {
  const [, input, output] = /^(.+?)=(.+)$/s.exec(text) ?? [];
  if (input !== undefined && output !== undefined) return [input, output];
  throw new CompileError(
    badOption(
      '--state',
      `--state "${text}" is not INPUT=OUTPUT`,
      'for example --state h_in=h_out c_in=c_out',
    ),
  );
}

function parseShape(text: string): [string, readonly number[]] {
  const match = /^(.+)=(\d{1,9}(?:x\d{1,9})*)$/.exec(text);
  const sizes = match?.[2]!.split('x').map(Number);
  if (sizes?.every((size) => size > 0)) return [match![1]!, sizes];
  throw new CompileError(
    badOption(
      '--shape',
      `--shape "${text}" is not INPUT=SIZES`,
      'for example --shape image=1x96x96x3',
    ),
  );
}

function parseRange(text: string): [string, Range] {
  const match = /^(.+)=([-+\d.e]+):([-+\d.e]+)$/.exec(text);
  const [low, high] = [Number(match?.[2]), Number(match?.[3])];
  if (match && Number.isFinite(low) && Number.isFinite(high) && low < high)
    return [match[1]!, { low, high }];
  throw new CompileError(
    badOption(
      '--range',
      `--range "${text}" is not TENSOR=LOW:HIGH`,
      'for example --range scores=-20:20',
    ),
  );
}
