import { referenceOutputs } from '../../verify/compare.ts';
import { Interpreter } from '../../interpret/interpret.ts';
import { CompileError } from '../../support/diagnostics.ts';
import { execute } from '../../workflow/execute.ts';
import { readInput } from '../../workflow/read-input.ts';
import { compileForBoard } from '../../workflow/build-model.ts';
import { writeWhole } from '../../workflow/write-file.ts';
import type { Context } from '../context.ts';
import { compileOptions, openModel } from '../open-model.ts';
import type { CompilingOptions } from '../model-options.ts';
import type { PLACES } from '../places.ts';

export interface RunOptions extends Omit<CompilingOptions, 'input'> {
  readonly board?: string;
  readonly on: (typeof PLACES)[number];
  readonly input: string;
  readonly output: string;
  readonly timeout?: number;
}

/** `thimble run`: one inference, raw tensor bytes in and out. */
export async function runCommand(
  file: string,
  options: RunOptions,
  context: Context,
): Promise<void> {
  const where = options.on;
  const board = context.board(options.board);
  // Here --input is the file that holds it.
  const compiling = { ...options, input: 'whole' as const };
  const model = await openModel(file, compiling, context.output);
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
  if (where === 'reference' && board) compileForBoard(model, board, compileOptions(compiling));
  const execution =
    where === 'reference'
      ? undefined
      : await execute({
          model,
          ...(board && { board }),
          where,
          vectors: [input],
          options: compileOptions(compiling),
          timeoutMs,
          signal: context.signal,
        });
  const [output] = execution
    ? execution.outcome.outputs
    : await referenceOutputs(model.graph, [input], context.signal);
  await writeWhole(options.output, output!, { signal: context.signal });
  const stand = execution?.standIn ? ` (relinked for ${execution.standIn})` : '';
  context.output.result(
    [`${output!.length} bytes from ${where}${stand} written to ${options.output}`],
    {
      model: model.name,
      where,
      standIn: execution?.standIn ?? null,
      outputBytes: output!.length,
    },
  );
}
