import { referenceOutputs } from '../../verify/compare.ts';
import { Interpreter } from '../../interpret/interpret.ts';
import { runPasses } from '../../passes/index.ts';
import { CompileError } from '../../support/diagnostics.ts';
import { execute } from '../../workflow/execute.ts';
import type { Where } from '../../workflow/execute.ts';
import { readInput } from '../../workflow/load-model.ts';
import { choiceOption } from '../context.ts';
import { writeWhole } from '../../workflow/output-folder.ts';
import type { Context } from '../context.ts';
import { openModel } from '../model-options.ts';
import type { ModelOptions } from '../model-options.ts';

export const PLACES: readonly (Where | 'reference')[] = ['reference', 'host', 'qemu', 'renode'];

export interface RunOptions extends ModelOptions {
  readonly board?: string;
  readonly on: string;
  readonly input: string;
  readonly output: string;
  readonly timeout?: string;
}

/** `thimble run`: one inference, raw tensor bytes in and out. */
export async function runCommand(
  file: string,
  options: RunOptions,
  context: Context,
): Promise<void> {
  const where = choiceOption('--on', options.on, PLACES);
  const board = context.board(options.board);
  const model = await openModel(file, options);
  const input = await readInput(options.input, 'input');
  const { inputBytes } = new Interpreter(model.graph);
  if (input.length !== inputBytes) {
    throw new CompileError({
      code: 'bad-vectors',
      message: `the input has ${input.length} bytes, the model takes ${inputBytes}`,
      where: options.input,
      hint: 'it is raw tensor bytes in the dtype of the model file (thimble inspect shows it)',
    });
  }
  const timeoutMs = context.timeoutMs(options.timeout);
  const execution =
    where === 'reference'
      ? undefined
      : await execute({
          model,
          ...(board && { board }),
          where,
          vectors: [input],
          timeoutMs,
          signal: context.signal,
        });
  const [output] = execution
    ? execution.outcome.outputs
    : await referenceOutputs(runPasses(model.graph), [input], context.signal);
  await writeWhole(options.output, output!);
  const stand = execution?.standIn ? ` (relinked for ${execution.standIn})` : '';
  context.output.result(
    `${output!.length} bytes from ${where}${stand} written to ${options.output}`,
    {
      model: model.name,
      where,
      standIn: execution?.standIn ?? null,
      outputBytes: output!.length,
    },
  );
}
