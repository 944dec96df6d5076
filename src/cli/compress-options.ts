import type { CompressCommandOptions } from './commands/compress.ts';
import type { Context } from './context.ts';
import { addModelOptions } from './model-options.ts';
import {
  choiceOption,
  countOption,
  numberOption,
  shareOption,
  sizeOption,
  wholeOption,
} from './option-values.ts';
import type { MakeCommand } from './program.ts';

/** `thimble compress`: how far, by what, and training. */
export function addCompressCommand(command: MakeCommand, context: () => Promise<Context>): void {
  addModelOptions(command('compress <model>', 'fewer weights, the others fitted anew'))
    .option('-b, --board <BOARD>', 'board whose kernels and formats count; a Cortex-M4 otherwise')
    .option('--recipe <FILE>', 'light, balanced, small, or a JSON file')
    .option(
      '--sparsity <SHARE>',
      'share of each layer’s weights that becomes zero',
      numberOption('--sparsity', 0, 0.99),
    )
    .option(
      '--to-weights <SIZE>',
      'stored weights of all layers, such as 38K; zeros and bits are found layer by layer',
      sizeOption('--to-weights'),
    )
    .option('--to-flash <SIZE>', 'the same for all flash of the firmware', sizeOption('--to-flash'))
    .option(
      '--to-cycles <N>',
      'the same for the cycles of an inference, such as 4M',
      countOption('--to-cycles'),
    )
    .option(
      '--max-drop <SHARE>',
      'as small as can be with so many answers changed, such as 0.5%',
      shareOption('--max-drop'),
    )
    .option(
      '--bits <N>',
      'bits of each weight; as many as the goal asks for otherwise',
      wholeOption('--bits', 2, 8),
    )
    .option(
      '--optimize <GOAL>',
      'formats that count: flash, the smallest, or speed, those of the fastest kernels',
      choiceOption('--optimize', ['speed', 'flash']),
    )
    .option('--seed <N>', 'seed of what is drawn', wholeOption('--seed', 0, 2 ** 32 - 1))
    .option('--train <DIR>', 'train with the labelled inputs of a folder, instead of refitting')
    .option(
      '--epochs <N>',
      'how often training sees each input',
      wholeOption('--epochs', 1, 10_000),
      20,
    )
    .option('--rate <R>', 'its learning rate at the start', numberOption('--rate', 0, 1), 3e-4)
    .option(
      '--patience <N>',
      'epochs without a better answer after which it ends',
      wholeOption('--patience', 1, 10_000),
      10,
    )
    .requiredOption('-o, --output <FILE>', 'the .thimble file to write')
    .action(async (model: string, options: CompressCommandOptions) =>
      (await import('./commands/compress.ts')).compressCommand(model, options, await context()),
    );
}
