import { fitsBoard, linkedFootprint } from '../../report/footprint.ts';
import { makeReport } from '../../report/report.ts';
import { formatCount, formatTable } from '../../report/table.ts';
import { CompileError } from '../../support/diagnostics.ts';
import { emulatedBoard } from '../../target/emulated.ts';
import { execute } from '../../workflow/execute.ts';
import { makeVectors } from '../../workflow/vectors.ts';
import { choiceOption } from '../context.ts';
import type { Context } from '../context.ts';
import { openModel } from '../model-options.ts';
import type { ModelOptions } from '../model-options.ts';

export interface BenchOptions extends ModelOptions {
  readonly board?: string;
  readonly on: string;
  readonly timeout?: string;
}

/** `thimble bench`: exact instructions for each layer, beside the predicted cycles. */
export async function benchCommand(
  file: string,
  options: BenchOptions,
  context: Context,
): Promise<void> {
  const where = choiceOption('--on', options.on, ['qemu']);
  const board = context.requireBoard(options.board);
  const model = await openModel(file, options);
  const vectors = makeVectors(model.graph, 1, 1).map(({ input }) => input);
  const timeoutMs = context.timeoutMs(options.timeout);
  const { program, outcome, built, standIn } = await execute({
    ...{ model, board, where, vectors, timeoutMs, signal: context.signal },
    instrument: 'bench',
  });
  const perInstruction = emulatedBoard(board).board.emulators.qemu!.ticksPerInstruction;
  const layerInstructions = new Map<number, number>();
  for (const { layer, ticks } of outcome.layers[0] ?? []) {
    layerInstructions.set(
      layer,
      (layerInstructions.get(layer) ?? 0) + Math.round(ticks / perInstruction),
    );
  }
  if (!built)
    throw new CompileError({
      code: 'no-board',
      message: 'bench needs a board',
      hint: 'name one with -b',
    });
  const footprint = linkedFootprint(program, built, outcome.stackBytes);
  const total = [...layerInstructions.values()].reduce((a, b) => a + b, 0);
  const fits = fitsBoard(footprint, board);
  const report = makeReport({
    program,
    board,
    basis: 'linked',
    footprint,
    fits,
    layerInstructions,
    instructions: total,
  });
  const rows = [
    ['#', 'layer', 'kernel', 'MACs', 'instructions', 'per MAC', 'cycles predicted'],
    ...report.layers.map((l) => [
      ...[String(l.index), l.op, l.kernel, formatCount(l.macs), formatCount(l.instructions ?? 0)],
      ...[
        l.macs ? ((l.instructions ?? 0) / l.macs).toFixed(2) : '',
        formatCount(l.cycles.predicted),
      ],
    ]),
  ];
  const stand = standIn ? ` (relinked for ${standIn})` : '';
  const perMac = report.macs > 0 ? `, ${(total / report.macs).toFixed(2)} per MAC` : '';
  const text = `${formatTable(rows)}\n\n${model.name} on ${board.name}${stand}: ${formatCount(total)} instructions${perMac}`;
  context.output.result(text, { ...report, standIn: standIn ?? null });
}
