import type { AccuracyOptions } from './commands/accuracy.ts';
import type { FitOptions } from './commands/fit.ts';
import type { Context } from './context.ts';
import { addImportOptions, addInputOption } from './model-options.ts';
import { numberOption } from './option-values.ts';
import type { MakeCommand } from './program.ts';

/** The commands that judge models and write nothing: names and options only. */
export function addJudgingCommands(command: MakeCommand, context: () => Promise<Context>): void {
  addAccuracyCommand(command, context);
  addInputOption(
    addImportOptions(command('fit <models...>', 'flash, RAM and time of models on boards')),
  )
    .option(
      '-b, --board <BOARD,BOARD>',
      'boards; all, where neither this nor the configuration names one',
      boardList,
    )
    .option('--all-boards', 'all boards, whatever the configuration names')
    .action(async (models: string[], options: FitOptions) =>
      (await import('./commands/fit.ts')).fitCommand(models, options, await context()),
    );
}

function boardList(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

function addAccuracyCommand(command: MakeCommand, context: () => Promise<Context>): void {
  addImportOptions(
    command(
      'accuracy <model> [other]',
      'how often a model is right, and how far another is from it',
    ),
  )
    .requiredOption('--inputs <DIR>', 'pictures or tensors, in folders named after classes, or not')
    .option('--labels <FILE>', 'names of the classes, a line for each; a .csv: FILE,CLASS')
    .option(
      '--min-accuracy <PERCENT>',
      'fail when fewer inputs get the right class (of the last model)',
      numberOption('--min-accuracy', 0, 100),
    )
    .option(
      '--min-agreement <PERCENT>',
      'fail when the models give fewer inputs the same class',
      numberOption('--min-agreement', 0, 100),
    )
    .action(async (model: string, other: string | undefined, options: AccuracyOptions) =>
      (await import('./commands/accuracy.ts')).accuracyCommand(
        model,
        other,
        options,
        await context(),
      ),
    );
}
