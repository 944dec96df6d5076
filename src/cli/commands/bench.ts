import { formatFlameGraph, readStacks, sumBy } from '../../report/flame.ts';
import { fitsBoard, linkedFootprint } from '../../report/footprint.ts';
import { makeReport } from '../../report/report.ts';
import type { LayerInstructions } from '../../report/report.ts';
import { formatCount, formatTable } from '../../report/table.ts';
import type { CompileOptions } from '../../pipeline.ts';
import { stepsOf } from '../../plan/segments.ts';
import type { LayerTicks } from '../../emulate/driver.ts';
import { emulatedBoard } from '../../target/emulated.ts';
import type { Board } from '../../target/board.ts';
import { DRIVERS, execute } from '../../workflow/execute.ts';
import type { Execution } from '../../workflow/execute.ts';
import type { LoadedModel } from '../../workflow/load-model.ts';
import { notCounted } from '../../workflow/require-firmware.ts';
import { writeWhole } from '../../workflow/write-file.ts';
import { makeVectors } from '../../workflow/vectors.ts';
import type { Context } from '../context.ts';
import { compileOptions, openModel } from '../open-model.ts';
import type { CompilingOptions } from '../model-options.ts';

export interface BenchOptions extends CompilingOptions {
  readonly board?: string;
  readonly on: 'qemu' | 'renode';
  readonly timeout?: number;
  readonly flame?: string;
}

/** One measurement: instructions for each layer, and the run that they come from. */
interface Measurement {
  readonly layers: LayerInstructions;
  readonly execution: Execution;
}

/** `thimble bench`: instructions for each layer, beside the predicted cycles. */
export async function benchCommand(
  file: string,
  options: BenchOptions,
  context: Context,
): Promise<void> {
  const where = options.on;
  const board = context.requireBoard(options.board);
  const model = await openModel(file, options, context);
  const limits = {
    ...{ timeoutMs: context.timeoutMs(options.timeout), signal: context.signal },
    options: compileOptions(options),
  };
  const exact =
    where === 'qemu' || DRIVERS.qemu.reject(emulatedBoard(board).board) === undefined
      ? await countInQemu(model, board, limits)
      : undefined;
  const profiled = where === 'renode' ? await profileInRenode(model, board, limits) : undefined;
  print(model.name, board, (profiled ?? exact)!, profiled ? exact : undefined, context);
  if (profiled && options.flame !== undefined) {
    const title = `${model.name} on ${board.name}: instructions, from Renode's profiler`;
    await writeWhole(
      options.flame,
      formatFlameGraph(title, readStacks(profiled.execution.outcome.profile ?? '')),
      { signal: context.signal },
    );
  }
}

type Limits = {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly options: CompileOptions;
};

// Ticks of the emulated timer between layers, which -icount ties to instructions.
async function countInQemu(model: LoadedModel, board: Board, limits: Limits): Promise<Measurement> {
  const vectors = oneVector(model);
  const execution = await execute({
    model,
    board,
    where: 'qemu',
    vectors,
    instrument: 'bench',
    ...limits,
  });
  const rate = emulatedBoard(board).board.emulators.qemu!.ticksPerInstruction;
  const layers = new Map<number, number>();
  const records = execution.outcome.layers[0] ?? [];
  for (const { layer, ticks } of records) {
    layers.set(layer, (layers.get(layer) ?? 0) + Math.round(ticks / rate));
  }
  requireLayers(layers, execution, 'qemu');
  requireRecords(records, execution);
  return { layers, execution };
}

// Renode's profiler follows the calls; each layer is a function of its own.
async function profileInRenode(
  model: LoadedModel,
  board: Board,
  limits: Limits,
): Promise<Measurement> {
  const execution = await execute({
    model,
    board,
    where: 'renode',
    vectors: oneVector(model),
    profile: true,
    ...limits,
  });
  const indices = new Map(
    execution.program.schedule.steps.map(({ node, index }) => [`${node.op}_${index}`, index]),
  );
  const layers = sumBy(readStacks(execution.outcome.profile ?? ''), (name) => indices.get(name));
  requireLayers(layers, execution, 'renode');
  return { layers, execution };
}

// Each call of the hook is a record; what lies between them is a little of the inference, too.
function requireRecords(records: readonly LayerTicks[], { program, outcome }: Execution): void {
  const { hookCalls } = program.library;
  const sum = records.reduce((all, { ticks }) => all + ticks, 0);
  if (records.length !== hookCalls)
    throw notCounted(`${records.length} layers were counted, not ${hookCalls}`, '--on qemu');
  if (sum > outcome.ticks)
    throw notCounted(`layers of ${sum} ticks in an inference of ${outcome.ticks}`, '--on qemu');
}

function requireLayers(layers: LayerInstructions, { program }: Execution, where: string): void {
  // Steps that compute together are counted together; what only renames a tensor computes nothing.
  const missing = program.plan.segments
    .map(stepsOf)
    .find(
      (steps) =>
        steps.some(({ cost }) => cost.calls.length > 0) &&
        !steps.some(({ index }) => layers.has(index)),
    );
  if (missing === undefined) return;
  const { index, node } = missing[0]!;
  throw notCounted(`layer ${index} ${node.op} was not counted`, `--on ${where}`);
}

function oneVector({ graph }: LoadedModel): Uint8Array[] {
  return makeVectors(graph, 1, 1).map(({ input }) => input);
}

function print(
  name: string,
  board: Board,
  main: Measurement,
  beside: Measurement | undefined,
  context: Context,
): void {
  const { program, built, outcome, standIn } = main.execution;
  const footprint = linkedFootprint(program, built!, outcome.stackBytes);
  const instructions = [...main.layers.values()].reduce((a, b) => a + b, 0);
  const report = makeReport({
    ...{ program, board, basis: 'linked', footprint, fits: fitsBoard(footprint, board) },
    ...{ layerInstructions: main.layers, instructions },
  });
  const other = (index: number) => (beside ? [formatCount(beside.layers.get(index) ?? 0)] : []);
  const rows = [
    [
      '#',
      'layer',
      'kernel',
      'MACs',
      beside ? 'Renode' : 'instructions',
      ...(beside ? ['QEMU'] : []),
      'per MAC',
      'cycles predicted',
    ],
    ...report.layers.map((l) => [
      ...[
        String(l.index),
        l.op,
        l.kernel,
        formatCount(l.macs),
        formatCount(l.instructions ?? 0),
        ...other(l.index),
      ],
      ...[
        l.macs ? ((l.instructions ?? 0) / l.macs).toFixed(2) : '',
        formatCount(l.cycles.predicted),
      ],
    ]),
  ];
  const stand = standIn ? ` (relinked for ${standIn})` : '';
  const perMac = report.macs > 0 ? `, ${(instructions / report.macs).toFixed(2)} per MAC` : '';
  const total = `${name} on ${board.name}${stand}: ${formatCount(instructions)} instructions${perMac}`;
  context.output.result([...formatTable(rows), '', total], {
    ...report,
    standIn: standIn ?? null,
  });
}
