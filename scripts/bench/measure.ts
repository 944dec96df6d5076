import path from 'node:path';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { linkedFootprint } from '../../src/report/footprint.ts';
import { makeReport } from '../../src/report/report.ts';
import { emulatedBoard } from '../../src/target/emulated.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { execute } from '../../src/workflow/execute.ts';
import { loadModel } from '../../src/workflow/load-model.ts';
import type { LoadedModel } from '../../src/workflow/load-model.ts';
import { makeVectors } from '../../src/workflow/vectors.ts';
import { SHARED } from '../estimated-cycles.ts';

/** One inference of a published model on a board: its report, and exact instructions, in all and by layer. */
export async function measure(name: string, boardName: string) {
  const board = loadBoard(boardName);
  const model = await loadModel(path.join(SHARED, 'models', `${name}.tflite`));
  const vectors = makeVectors(model.graph, 1, 1).map(({ input }) => input);
  const { program, outcome, built } = await execute({
    model,
    board,
    where: 'qemu',
    vectors,
    instrument: 'bench',
  });
  const plain = await execute({ model, board, where: 'qemu', vectors });
  const footprint = linkedFootprint(plain.program, plain.built!, plain.outcome.stackBytes);
  const rate = emulatedBoard(board).board.emulators.qemu!.ticksPerInstruction;
  const layers = outcome.layers[0]!.map(({ layer, ticks }) => ({
    layer,
    instructions: ticks / rate,
  }));
  const instructions = layers.reduce((sum, each) => sum + each.instructions, 0);
  const report = makeReport({
    program,
    board,
    basis: 'linked',
    footprint,
    fits: built !== undefined,
  });
  return { report, layers, instructions: Math.round(instructions) };
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
