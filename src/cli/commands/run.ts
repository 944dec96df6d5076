import { classCount } from '../../verify/accuracy.ts';
import { referenceOutputs } from '../../verify/compare.ts';
import { Interpreter } from '../../interpret/interpret.ts';
import { CompileError } from '../../support/diagnostics.ts';
import { outputReals } from '../../ir/reals.ts';
import { formatScores, rankScores } from '../../report/scores.ts';
import { execute } from '../../workflow/execute.ts';
import type { Execution } from '../../workflow/execute.ts';
import { readLabels } from '../../workflow/labels.ts';
import { inputReader } from '../../workflow/input-reader.ts';
import { compileForBoard } from '../../workflow/build-model.ts';
import { writeWhole } from '../../workflow/write-file.ts';
import type { Context } from '../context.ts';
import { badOption } from '../option-values.ts';
import { compileOptions, openModel } from '../open-model.ts';
import type { CompilingOptions } from '../model-options.ts';
import type { PLACES } from '../places.ts';

export interface RunOptions extends Omit<CompilingOptions, 'input'> {
  readonly board?: string;
  readonly on: (typeof PLACES)[number];
  readonly input: string;
  readonly output?: string;
  readonly labels?: string;
  readonly timeout?: number;
}

/** `thimble run`: one inference; tensor bytes, a picture or a sound in, tensor bytes or labels out. */
export async function runCommand(
  file: string,
  options: RunOptions,
  context: Context,
): Promise<void> {
  requireResult(options);
  const where = options.on;
  const board = context.board(options.board);
  // Here --input is the file that holds it.
  const compiling = { ...options, input: 'whole' as const };
  const model = await openModel(file, compiling, context);
  const { labels } = options;
  const names =
    labels === undefined ? undefined : await readLabels(labels, classCount(model.graph));
  const input = await inputReader(model.graph, context.preprocess())(options.input, 'input');
  const { inputBytes } = new Interpreter(model.graph);
  if (input.length !== inputBytes) {
    throw new CompileError({
      code: 'bad-vectors',
      message: `the input has ${input.length} bytes, the model takes ${inputBytes}`,
      where: options.input,
      hint: 'it is a picture, a sound, or raw tensor bytes in the dtype of the model file (thimble inspect shows it)',
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
  if (options.output !== undefined)
    await writeWhole(options.output, output!, { signal: context.signal });
  const scores = names && rankScores(outputReals(model.graph, output!)[0]!, names);
  context.output.result(
    [
      ...(scores ? formatScores(scores) : []),
      ...describe(where, execution, output!, options.output),
    ],
    {
      model: model.name,
      where,
      standIn: execution?.standIn ?? null,
      outputBytes: output!.length,
      ...(scores && { scores }),
    },
  );
}

function requireResult({ output, labels }: RunOptions): void {
  if (output !== undefined || labels !== undefined) return;
  throw new CompileError(
    badOption(
      '--output',
      'nothing says what becomes of the output',
      'give --output FILE for its bytes, --labels FILE for the names of classes, or both',
    ),
  );
}

function describe(
  where: string,
  execution: Execution | undefined,
  { length }: Uint8Array,
  file: string | undefined,
): string[] {
  const stand = execution?.standIn ? ` (relinked for ${execution.standIn})` : '';
  return file === undefined ? [] : [`${length} bytes from ${where}${stand} written to ${file}`];
}
