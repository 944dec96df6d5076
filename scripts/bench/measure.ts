import { Interpreter } from '../../src/interpret/interpret.ts';
import { linkedFootprint } from '../../src/report/footprint.ts';
import { makeReport } from '../../src/report/report.ts';
import type { Board } from '../../src/target/board.ts';
import { emulatedBoard } from '../../src/target/emulated.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { execute } from '../../src/workflow/execute.ts';
import type { LoadedModel } from '../../src/workflow/load-model.ts';
import { makeVectors } from '../../src/workflow/vectors.ts';

/** Exact instructions of one inference on a board, in all and by layer. */
export async function counted(model: LoadedModel, boardName: string) {
  const board = loadBoard(boardName);
  const { outcome } = await execute({ ...oneRun(model, board), instrument: 'bench' });
  const rate = emulatedBoard(board).board.emulators.qemu!.ticksPerInstruction;
  const layers = outcome.layers[0]!.map(({ layer, ticks }) => ({
    layer,
    instructions: ticks / rate,
  }));
  const instructions = layers.reduce((sum, each) => sum + each.instructions, 0);
  return { layers, instructions: Math.round(instructions) };
}

/** The same, and the report of the firmware without marks. */
export async function measure(model: LoadedModel, boardName: string) {
  const board = loadBoard(boardName);
  const { program, outcome, built } = await execute(oneRun(model, board));
  const footprint = linkedFootprint(program, built!, outcome.stackBytes);
  const report = makeReport({ program, board, basis: 'linked', footprint, fits: true });
  return { report, ...(await counted(model, boardName)) };
}

function oneRun(model: LoadedModel, board: Board) {
  const vectors = makeVectors(model.graph, 1, 1).map(({ input }) => input);
  return { model, board, where: 'qemu' as const, vectors };
}

/** Multiplications a second of the reference interpreter, in millions, on this machine. */
export function referenceSpeed(model: LoadedModel, macs: number): string {
  const interpreter = new Interpreter(model.graph);
  const [vector] = makeVectors(model.graph, 1, 1);
  interpreter.runBytes(vector!.input);
  const started = performance.now();
  let runs = 0;
  for (; performance.now() - started < 1000; runs++) interpreter.runBytes(vector!.input);
  const seconds = (performance.now() - started) / 1000 / runs;
  return (macs / seconds / 1e6).toFixed(0);
}
