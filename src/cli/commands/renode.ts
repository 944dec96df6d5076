import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFiles } from '../../build/compile-sources.ts';
import { buildFirmware } from '../../build/firmware.ts';
import { emitFirmware } from '../../codegen/firmware.ts';
import { emitRenodeFolder } from '../../codegen/renode-folder.ts';
import { mailbox } from '../../emulate/mailbox.ts';
import { byteLength } from '../../ir/types.ts';
import { tensorOf } from '../../ir/graph.ts';
import { compile } from '../../pipeline.ts';
import { fitsBoard, linkedFootprint } from '../../report/footprint.ts';
import { makeReport } from '../../report/report.ts';
import { CompileError } from '../../support/diagnostics.ts';
import { targetOf } from '../../target/target.ts';
import { referenceOutputs } from '../../verify/compare.ts';
import { firmwareOptions, sourcesOf } from '../../workflow/execute.ts';
import { writeFolder } from '../../workflow/output-folder.ts';
import { DoesNotFit, requireFit } from '../../workflow/require-fit.ts';
import type { Context } from '../context.ts';
import { openModel } from '../model-options.ts';
import type { ModelOptions } from '../model-options.ts';
import { chooseVectors } from './test.ts';
import type { VectorOptions } from './test.ts';

export interface RenodeOptions extends ModelOptions, VectorOptions {
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
  const model = await openModel(file, options);
  const machine = board.emulators.renode;
  if (!machine) {
    throw new CompileError({
      code: 'emulator-unavailable',
      message: 'Renode has no model of this board',
      where: board.name,
      hint: 'thimble boards lists those that it has',
    });
  }
  const vectors = await chooseVectors(model, options);
  const inputs = vectors.map(({ input }) => input);
  const program = compile(model.graph, model.bytes, targetOf(board), {
    name: model.name,
    source: model.source,
  });
  requireFit(program, board);
  const outputs = await referenceOutputs(program.graph, inputs, context.signal);
  const firmware = emitFirmware(board, program.library, firmwareOptions(program, board, 'none'));
  const built = await buildFirmware(board, sourcesOf(program, firmware));
  try {
    const footprint = linkedFootprint(program, built);
    const report = makeReport({
      program,
      board,
      basis: 'linked',
      footprint,
      fits: fitsBoard(footprint, board),
    });
    if (!report.fits) throw new DoesNotFit(report, board);
    const files = emitRenodeFolder({
      model: model.name,
      board,
      library: program.library,
      cycles: program.schedule.steps.reduce((sum, { cost }) => sum + cost.cycles, 0),
      outputs: program.graph.outputs.map((id) => byteLength(tensorOf(program.graph, id))),
      vectors: vectors.map(({ name }, i) => ({ name, output: outputs[i]! })),
    });
    await writeFolder(options.output, async (folder) => {
      await writeFiles(folder, files);
      await cp(built.elf, path.join(folder, 'firmware.elf'));
      await writeFile(
        path.join(folder, 'platform.repl'),
        await readFile(path.join(board.folder, machine.platform)),
      );
      await writeFile(path.join(folder, 'vectors.bin'), mailbox(inputs));
      await writeFile(path.join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
    });
    const text = `${vectors.length} vectors for ${board.name} written to ${options.output}; run: renode-test ${path.join(options.output, 'suite.robot')}`;
    context.output.result(text, {
      model: model.name,
      board: board.name,
      vectors: vectors.length,
      folder: options.output,
    });
  } finally {
    await rm(built.folder, { recursive: true, force: true });
  }
}
