import type { Board } from '../target/board.ts';
import { FATAL_WARNINGS } from '../target/renode-warnings.ts';
import { markdownCell } from '../support/printable.ts';
import { toIdentifier } from '../support/identifiers.ts';
import type { Library } from './emit.ts';
import { render } from './render.ts';

/** A vector with the output that it must give. */
export interface ExpectedVector {
  readonly name: string;
  readonly output: Uint8Array;
}

/** Bytes in one line of the protocol. */
const CHUNK = 256;

/** Seconds of emulated time that an inference may take, at an unlikely 50 cycles for each. */
const SLACK = 50;

export interface RenodeFolderOptions {
  readonly model: string;
  readonly board: Board;
  readonly library: Library;
  readonly cycles: number;
  /** Bytes of each output tensor: each starts a line of its own. */
  readonly outputs: readonly number[];
  readonly vectors: readonly ExpectedVector[];
}

/** The text files of a self-contained Renode test folder (firmware and vectors come beside them). */
export function emitRenodeFolder(options: RenodeFolderOptions): ReadonlyMap<string, string> {
  const { model, board, library, vectors } = options;
  const { uart, mips, vectors: region } = board.emulators.renode!;
  const hex = (value: number) => `0x${value.toString(16)}`;
  const view = {
    model,
    board: board.name,
    title: markdownCell(board.title),
    uart,
    mips,
    vectorTable: hex(board.memory.find((m) => m.kind === 'flash')!.start),
    vectorsAddress: hex(region.start),
    timeout: Math.ceil(20 + (options.cycles * SLACK) / (mips * 1e6)),
    banner: `thimble 1 ${model} in ${library.inputBytes} out ${library.outputBytes} crc ${library.weightsCrc}`,
    lines: vectors.flatMap(({ name, output }, i) =>
      linesOf(toIdentifier(name, 'vector'), i, output, options.outputs),
    ),
    vectors: vectors.length,
    // Robot Framework takes a backslash for its own.
    fatal: FATAL_WARNINGS.map(({ source }) => source.replaceAll('\\', '\\\\')),
  };
  return new Map([
    ['machine.resc', render('renode/machine.resc.ejs', view)],
    ['suite.robot', render('renode/suite.robot.ejs', view)],
    ['README.md', render('renode/README.md.ejs', view)],
    ['renode-ci.yml', render('renode/renode-ci.yml.ejs', view)],
  ]);
}

// The lines that the firmware prints for one vector: every tensor in pieces.
function linesOf(vector: string, index: number, output: Uint8Array, tensors: readonly number[]) {
  const lines: { vector: string; place: string; expected: string }[] = [];
  let offset = 0;
  for (const bytes of tensors) {
    for (let at = 0; at < bytes; at += CHUNK) {
      const length = Math.min(CHUNK, bytes - at);
      const expected = Buffer.from(output.subarray(offset, offset + length)).toString('hex');
      lines.push({ vector, place: `${index} ${offset}`, expected });
      offset += length;
    }
  }
  return lines;
}
