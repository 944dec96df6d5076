import { formatFit } from '../../report/fit-matrix.ts';
import { CompileError } from '../../support/diagnostics.ts';
import type { Board } from '../../target/board.ts';
import { boardNames } from '../../target/load-board.ts';
import { fitModel, smallestFit } from '../../workflow/fit-models.ts';
import { loadModel } from '../../workflow/load-model.ts';
import type { Context } from '../context.ts';
import type { ImportingOptions } from '../model-options.ts';
import { badOption } from '../option-values.ts';
import { importOptions } from '../open-model.ts';

export interface FitOptions extends ImportingOptions {
  readonly board?: readonly string[];
  readonly allBoards?: boolean;
  readonly input: 'whole' | 'rows';
}

/** `thimble fit MODEL…`: what models take on boards; nothing is written, no C compiler is needed. */
export async function fitCommand(
  files: readonly string[],
  options: FitOptions,
  context: Context,
): Promise<void> {
  if (options.board && options.allBoards)
    throw new CompileError(
      badOption(
        '--all-boards',
        '--all-boards and -b exclude each other',
        'leave one of the two out',
      ),
    );
  const boards = boardsOf(options, context);
  const rows = [];
  for (const file of files) {
    const { name, graph } = await loadModel(
      file,
      undefined,
      await importOptions(options, context.output),
    );
    const fits = fitModel(graph, boards, { optimize: 'speed', fed: options.input === 'rows' });
    rows.push({ model: name, boards: fits, smallest: smallestFit(fits, boards) ?? null });
    context.signal.throwIfAborted();
  }
  context.output.result(formatFit(rows), { models: rows });
  await context.junit('fit', rows.map(caseOf));
  const homeless = rows.filter(({ smallest }) => smallest === null);
  if (homeless.length > 0)
    throw new CompileError(
      homeless.map(({ model }) => ({
        code: 'fits-no-board',
        message: `${model} fits none of the boards`,
        hint: 'thimble compile MODEL -b BOARD -o DIR tells what is too large, and what would fit',
      })),
      'answer-is-no',
    );
}

// Those that are named, by -b or the configuration; or all.
function boardsOf({ board: names, allBoards }: FitOptions, context: Context): Board[] {
  const own = names || allBoards ? undefined : context.board(undefined);
  if (own) return [own];
  return [...new Set(names ?? boardNames())].map((name) => context.board(name)!);
}

function caseOf({ model, smallest }: { readonly model: string; readonly smallest: string | null }) {
  return {
    suite: 'fit',
    name: model,
    ...(smallest === null && { failure: 'it fits none of the boards' }),
  };
}
