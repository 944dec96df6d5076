import { Command } from 'commander';
import { VERSION } from '../support/version.ts';
import type { BenchOptions } from './commands/bench.ts';
import { addCompressCommand } from './compress-options.ts';
import type { CompileCommandOptions } from './commands/compile.ts';
import type { DiffOptions } from './commands/diff.ts';
import type { QuantizeCommandOptions } from './commands/quantize.ts';
import type { RenodeOptions } from './commands/renode.ts';
import type { RunOptions } from './commands/run.ts';
import type { TestOptions } from './commands/test.ts';
import type { Context } from './context.ts';
import { formatOption } from './format-option.ts';
import { addJudgingCommands } from './judging-commands.ts';
import {
  addCompileOptions,
  addImportOptions,
  addInputOption,
  addModelOptions,
} from './model-options.ts';
import type { ImportingOptions } from './model-options.ts';
import {
  choiceOption,
  numberOption,
  secondsOption,
  sizeOption,
  wholeOption,
} from './option-values.ts';
import type { GlobalOptions } from './output.ts';
import { placeOption, PLACES } from './places.ts';
import { shardOption } from './sequence-options.ts';

/**
 * The command line: names and options only, the work is in commands/, each loaded when it is used.
 * `signal` ends it early.
 */
export function makeProgram(signal: AbortSignal): {
  program: Command;
  context: () => Promise<Context>;
} {
  const program = new Command('thimble')
    .description('Neural networks for Cortex-M: static C, proven equal to a reference, bit for bit')
    .version(VERSION)
    .exitOverride()
    // What is wrong with a command line is told like any other error.
    .configureOutput({ outputError: () => undefined })
    .option('--json', 'one JSON document on stdout, everything else on stderr')
    .option('--junit <FILE>', 'write the results as JUnit XML')
    .option('--config <FILE>', 'instead of thimble.config.json')
    .option('--ram <SIZE>', 'hold the firmware to less RAM than the board has', sizeOption('--ram'))
    .option(
      '--flash <SIZE>',
      'hold the firmware to less flash than the board has',
      sizeOption('--flash'),
    )
    .option('--quiet', 'only results and errors')
    .option('--verbose', 'say more')
    .option('--no-color', 'no colours')
    .hook('preAction', async (_, command) =>
      (await import('./check-options.ts')).checkOptions(command),
    );
  let made: Context | undefined;
  const context = async () => {
    const { Context } = await import('./context.ts');
    return (made ??= new Context(program.opts<GlobalOptions>(), signal));
  };
  // Global options may stand behind the command, too.
  const command = (text: string, description: string) =>
    program.command(text).description(description).exitOverride();

  addImportOptions(
    command('inspect <model>', 'operators, shapes, quantization, MACs, weights, sparsity'),
  ).action(async (model: string, options: ImportingOptions) =>
    (await import('./commands/inspect.ts')).inspect(model, options, await context()),
  );
  addModelCommands(command, context);
  command('boards [board]', 'the boards that thimble knows').action(
    async (board: string | undefined) =>
      (await import('./commands/boards.ts')).boardsCommand(board, await context()),
  );
  command('diff <old> <new>', 'what changed between two report.json')
    .option(
      '--max-growth <PERCENT>',
      'fail when flash, RAM or instructions grew more',
      numberOption('--max-growth', 0),
    )
    .action(async (before: string, after: string, options: DiffOptions) =>
      (await import('./commands/diff.ts')).diffCommand(before, after, options, await context()),
    );
  command('doctor', 'tools found and missing').action(async () =>
    (await import('./commands/doctor.ts')).doctorCommand(await context()),
  );
  command('explain <code>', 'one error code at length').action(async (code: string) =>
    (await import('./commands/explain.ts')).explainCommand(code, await context()),
  );
  command('completion <shell>', 'a script that completes command lines: bash, zsh or fish').action(
    async (shell: string) =>
      (await import('./commands/completion.ts')).completionCommand(shell, program, await context()),
  );
  command('init', 'write thimble.config.json')
    .option('-b, --board <BOARD>', 'board', 'mps2-an386')
    .action(async (options: { readonly board: string }) =>
      (await import('./commands/init.ts')).initCommand(options, await context()),
    );
  return { program, context };
}

export type MakeCommand = (text: string, description: string) => Command;

// The commands that read a model and may quantize it on the way.
function addModelCommands(command: MakeCommand, context: () => Promise<Context>): void {
  const compiling = (text: string, description: string) =>
    addInputOption(addCompileOptions(command(text, description)));
  withReport(compiling('compile <model>', 'the C library and its report'))
    .option('-b, --board <BOARD>', 'board')
    .requiredOption('-o, --output <DIR>', 'folder to write')
    .option(
      '--format <FORMAT>',
      'with the files of a build system: cmake, make, platformio, arduino, zephyr or cmsis-pack',
      formatOption,
    )
    .action(async (model: string, options: CompileCommandOptions) =>
      (await import('./commands/compile.ts')).compileCommand(model, options, await context()),
    );
  withReport(compiling('build <model>', 'the C library and firmware around it'))
    .option('-b, --board <BOARD>', 'board')
    .requiredOption('-o, --output <DIR>', 'folder to write')
    .option(
      '--vectors <SOURCE>',
      'none, or uart: the firmware asks for them (test --on serial:PORT)',
      choiceOption('--vectors', ['none', 'uart']),
      'none',
    )
    .action(async (model: string, options: CompileCommandOptions) =>
      (await import('./commands/compile.ts')).buildCommand(model, options, await context()),
    );
  addCompileOptions(command('run <model>', 'one inference, on tensor bytes or a picture'))
    .option('-b, --board <BOARD>', 'board')
    .option('--on <WHERE>', 'reference, host, qemu or renode', choiceOption('--on', PLACES), 'qemu')
    .requiredOption('--input <FILE>', 'a picture (JPEG, PNG), or input bytes')
    .option('--output <FILE>', 'output bytes')
    .option('--labels <FILE>', 'names of the classes, a line for each: prints them with scores')
    .option('--timeout <SECONDS>', 'wall-clock limit', secondsOption('--timeout'))
    .action(async (model: string, options: RunOptions) =>
      (await import('./commands/run.ts')).runCommand(model, options, await context()),
    );
  withVectors(compiling('test <model>', 'many vectors, each compared with the reference'))
    .option('-b, --board <BOARD>', 'board')
    .option('--on <WHERE>', 'reference, host, qemu, renode or serial:PORT', placeOption, 'qemu')
    .option('--timeout <SECONDS>', 'wall-clock limit', secondsOption('--timeout'))
    .option('--shard <I/N>', 'only this part of the vectors, such as 1/4', shardOption)
    .option(
      '--reporter <KIND>',
      'summary, vectors or github',
      choiceOption('--reporter', ['summary', 'vectors', 'github']),
      'summary',
    )
    .option(
      '--update-budget',
      'write flash, RAM and instructions of this run to thimble.budget.json',
    )
    .action(async (model: string, options: TestOptions) =>
      (await import('./commands/test.ts')).testCommand(model, options, await context()),
    );
  compiling('bench <model>', 'instructions for each layer')
    .option('-b, --board <BOARD>', 'board')
    .option('--on <WHERE>', 'qemu or renode', choiceOption('--on', ['qemu', 'renode']), 'qemu')
    .option('--flame <FILE>', 'a flame graph of Renode’s profile, as SVG')
    .option('--timeout <SECONDS>', 'wall-clock limit', secondsOption('--timeout'))
    .action(async (model: string, options: BenchOptions) =>
      (await import('./commands/bench.ts')).benchCommand(model, options, await context()),
    );
  addModelOptions(command('quantize <model>', 'a float model to int8'))
    .requiredOption('-o, --output <FILE>', 'the .thimble file to write')
    .action(async (model: string, options: QuantizeCommandOptions) =>
      (await import('./commands/quantize.ts')).quantizeCommand(model, options, await context()),
    );
  addCompressCommand(command, context);
  addJudgingCommands(command, context);
  withVectors(
    compiling('renode <model>', 'a self-contained Renode and Robot Framework test folder'),
  )
    .option('-b, --board <BOARD>', 'board')
    .requiredOption('-o, --output <DIR>', 'folder to write')
    .action(async (model: string, options: RenodeOptions) =>
      (await import('./commands/renode.ts')).renodeCommand(model, options, await context()),
    );
}

function withReport(command: Command): Command {
  return command
    .option('--plans', 'look at all plans of the trade between cycles, flash and RAM')
    .option('--html <FILE>', 'the report as a page that needs nothing else');
}

function withVectors(command: Command): Command {
  return command
    .option('--inputs <DIR>', 'pictures, in*.bin or *.in.bin with outputs beside them')
    .option('--seed <N>', 'seed of made-up vectors', wholeOption('--seed', 0, 2 ** 32 - 1), 1)
    .option('--count <N>', 'number of made-up vectors', wholeOption('--count', 1, 2 ** 30), 8)
    .option(
      '--steps <N>',
      'vectors in a row that share the model’s state, which is reset before them',
      wholeOption('--steps', 1, 2 ** 31 - 1),
    );
}
