/**
 * Firmware that feeds a model line by line from an interrupt, as a camera does, on a board whose RAM
 * does not hold a picture: built around main.c beside this file, run in QEMU and in Renode where they
 * are, and compared byte for byte with the reference interpreter.
 *
 *   npx tsx examples/row-fed/row-fed.ts MODEL [BOARD]
 */
import { pathToFileURL } from 'node:url';
import type { Outcome } from '../../src/emulate/driver.ts';
import { Interpreter, loadBoard, loadModel } from '../../src/index.ts';
import type { Board, Model, Program } from '../../src/index.ts';
import { linkedFootprint } from '../../src/report/footprint.ts';
import { firstDifference, formatSize } from '../../src/support/bytes.ts';
import { emulatedBoard } from '../../src/target/emulated.ts';
import { limitBoard } from '../../src/target/limits.ts';
import { compileForBoard } from '../../src/workflow/build-model.ts';
import { DRIVERS } from '../../src/workflow/execute.ts';
import { makeVectors } from '../../src/workflow/vectors.ts';
import { runOwnMain } from '../own-main.ts';

const MAIN = new URL('main.c', import.meta.url);
/** RAM that the application needs for itself: a line of the picture, and a little more. */
const APPLICATION_BYTES = 512;

export interface RowFedRun {
  readonly program: Program;
  readonly outcome: Outcome;
  /** Bytes of RAM that the firmware takes, stack as bounded. */
  readonly ramBytes: number;
}

/** Builds the example for a board and gives it pictures, in QEMU or on the board as Renode models it. */
export async function runRowFed(
  model: Model,
  board: Board,
  where: 'qemu' | 'renode',
  pictures: readonly Uint8Array[],
): Promise<RowFedRun> {
  const left = limitBoard(board, { ram: board.ramBytes - APPLICATION_BYTES });
  const { program } = compileForBoard(model, left, { fed: true });
  return runOwnMain(
    {
      ...{ program, machine: machineFor(board, where), where, main: MAIN, vectors: pictures },
      ...{ defines: [`LINE_BYTES=${lineBytes(program)}`] },
      outputBytes: program.library.outputBytes,
    },
    (outcome, built) => ({
      ...{ program, outcome },
      ramBytes: linkedFootprint(program, built).ram.total,
    }),
  );
}

// A machine that stands in gets no more RAM than the board has.
function machineFor(board: Board, where: 'qemu' | 'renode'): Board {
  if (where === 'renode') return board;
  return limitBoard(emulatedBoard(board).board, { ram: board.ramBytes });
}

function lineBytes({ graph, library }: Program): number {
  const [, lines] = graph.tensors.get(graph.inputs[0]!)!.shape;
  return library.inputBytes / lines!;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [file, name = 'stm32f103-bluepill'] = process.argv.slice(2);
  if (file === undefined) throw new Error('which model? npx tsx row-fed.ts MODEL [BOARD]');
  const model = await loadModel(file);
  const board = loadBoard(name);
  const pictures = makeVectors(model.graph, 1, 2).map(({ input }) => input);
  const reference = new Interpreter(model.graph);
  const expected = pictures.map((picture) => reference.runBytes(picture));
  for (const where of ['qemu', 'renode'] as const) {
    const refusal = DRIVERS[where].reject(machineFor(board, where));
    if (refusal !== undefined) {
      console.log(`${where}: skipped, ${refusal}`);
      continue;
    }
    const { outcome, ramBytes } = await runRowFed(model, board, where, pictures);
    const same = expected.every((output, i) => firstDifference(outcome.outputs[i]!, output) === -1);
    console.log(
      `${where}: ${model.name} on ${board.title}: pictures of ${formatSize(pictures[0]!.length)} with ${formatSize(ramBytes)} of its ${formatSize(board.ramBytes)} of RAM, ${same ? 'every byte equal to the reference' : 'NOT what the reference gives'}`,
    );
    if (!same) process.exitCode = 1;
  }
}
