import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFiles } from '../../build/compile-sources.ts';
import { emitRenodeFolder } from '../../codegen/renode-folder.ts';
import { mailbox, mailboxCapacity } from '../../emulate/mailbox.ts';
import { byteLength } from '../../ir/types.ts';
import { tensorOf } from '../../ir/graph.ts';
import { CompileError } from '../../support/diagnostics.ts';
import type { Board } from '../../target/board.ts';
import { platformFile } from '../../target/platform-file.ts';
import { referenceOutputs } from '../../verify/compare.ts';
import { compileForBoard, firmwareOptions, withFirmware } from '../../workflow/build-model.ts';
import { writeFolder } from '../../workflow/output-folder.ts';
import type { Context } from '../context.ts';
import { compileOptions, openModel } from '../open-model.ts';
import type { CompilingOptions } from '../model-options.ts';
import { stepsOf } from '../sequence-options.ts';
import { chooseVectors } from './test.ts';
import type { VectorOptions } from './test.ts';

export interface RenodeOptions extends CompilingOptions, VectorOptions {
  readonly board?: string;
  readonly output: string;
}

/** `thimble renode`: a folder with which stock Renode tests the firmware, without thimble. */
export async function renodeCommand(
  file: string,
  options: RenodeOptions,
  context: Context,
): Promise<void> {
  const board = context.requireBoard(options.board);
  const model = await openModel(file, options, context);
  if (!board.emulators.renode) {
    throw new CompileError({
      code: 'emulator-unavailable',
      message: 'Renode has no model of this board',
      where: board.name,
      hint: 'thimble boards lists those that it has',
    });
  }
  const platform = platformFile(board);
  const vectors = await chooseVectors(model, options, context);
  const steps = stepsOf(options.steps, model);
  const inputs = vectors.map(({ input }) => input);
  requireRoom(inputs, board);
  const compiled = compileForBoard(model, board, compileOptions(options));
  const outputs = await referenceOutputs(model.graph, inputs, context.signal, steps);
  const firmware = firmwareOptions(compiled.program, board, 'none');
  const limits = { signal: context.signal, timeoutMs: context.timeoutMs() };
  const wanted = { board, firmware, limits };
  await withFirmware(compiled, wanted, async ({ program, report, built }) => {
    const files = emitRenodeFolder({
      model: model.name,
      board,
      library: program.library,
      cycles: program.estimate.cycles,
      outputs: program.graph.outputs.map((id) => byteLength(tensorOf(program.graph, id))),
      vectors: vectors.map(({ name }, i) => ({ name, output: outputs[i]! })),
    });
    await writeFolder(options.output, async (folder) => {
      await writeFiles(folder, files);
      await cp(built.elf, path.join(folder, 'firmware.elf'));
      await writeFile(path.join(folder, 'platform.repl'), await readFile(platform));
      await writeFile(path.join(folder, 'vectors.bin'), mailbox(inputs, steps));
      await writeFile(path.join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
    });
    const text = `${vectors.length} vectors for ${board.name} written to ${options.output}; run there: renode-test suite.robot`;
    context.output.result([text], {
      model: model.name,
      board: board.name,
      vectors: vectors.length,
      folder: options.output,
    });
  });
}

// Renode boots once in the folder: all vectors are in its memory together.
function requireRoom(inputs: readonly Uint8Array[], board: Board): void {
  const bytes = inputs.reduce((sum, { length }) => sum + length, 0);
  const capacity = mailboxCapacity(board, 'renode');
  if (bytes <= capacity) return;
  throw new CompileError({
    code: 'bad-vectors',
    message: `${inputs.length} vectors have ${bytes} bytes, the emulated board has ${capacity} for them`,
    where: board.name,
    hint: `${Math.floor((capacity * inputs.length) / bytes)} fit: give fewer (--count, --inputs)`,
  });
}
