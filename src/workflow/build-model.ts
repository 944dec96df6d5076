import { buildFirmware } from '../build/firmware.ts';
import type { Built, Sources } from '../build/firmware.ts';
import type { Limits } from '../build/run-tool.ts';
import type { Frame } from '../build/stack.ts';
import { emitFirmware } from '../codegen/firmware.ts';
import type { Firmware, FirmwareOptions, Instrument } from '../codegen/firmware.ts';
import { compileModel } from '../pipeline.ts';
import type { CompileOptions, Model, Program } from '../pipeline.ts';
import { explainMisfit } from '../report/fit.ts';
import { fitsBoard, linkedFootprint } from '../report/footprint.ts';
import { makeReport } from '../report/report.ts';
import type { Report } from '../report/report.ts';
import { CompileError } from '../support/diagnostics.ts';
import { removeFolder } from '../system/temporary-folder.ts';
import type { Board } from '../target/board.ts';
import { targetOf } from '../target/target.ts';
import { DoesNotFit } from './does-not-fit.ts';
import { findRemedies } from './remedies.ts';

/** A program for a board, with its predicted report. */
export interface Compiled {
  readonly program: Program;
  readonly report: Report;
}

/** A program's firmware, built in a temporary folder, with its report as linked. */
export interface BuiltModel extends Compiled {
  readonly firmware: Firmware;
  readonly built: Built;
}

/** Compiles a model for a board. Throws DoesNotFit, before any C compiler runs, when it does not. */
export function compileForBoard(
  model: Model,
  board: Board,
  options: CompileOptions = {},
): Compiled {
  const program = compileModel(model, targetOf(board), options);
  const footprint = program.estimate;
  const fits = fitsBoard(footprint, board);
  const report = makeReport({ program, board, basis: 'predicted', footprint, fits });
  if (fits) return { program, report };
  const remedies = findRemedies(model.graph, board, options);
  throw new DoesNotFit({ ...report, remedies }, explainMisfit(report, board, remedies));
}

/** Throws where vectors come by a serial port, which sends them whole: a row would come while one is computed. */
export function refuseSerialRows({ fed }: CompileOptions = {}): void {
  if (!fed) return;
  throw new CompileError({
    code: 'bad-option',
    message: 'vectors from a serial port come as a whole',
    where: '--input rows',
    hint: 'leave --input rows out, or test in an emulator (--on qemu, --on renode)',
  });
}

export interface FirmwareRequest {
  readonly board: Board;
  readonly firmware: FirmwareOptions;
  /** What stands in for the board; the board itself when left out. */
  readonly machine?: Board;
  readonly limits: Limits;
}

/**
 * Builds the firmware of a compiled model, hands it to `use`, and removes its folder. Throws
 * DoesNotFit when the linked image does not fit the board.
 */
export async function withFirmware<T>(
  { program }: Compiled,
  { board, firmware: options, machine = board, limits }: FirmwareRequest,
  use: (built: BuiltModel) => Promise<T>,
): Promise<T> {
  const firmware = emitFirmware(machine, program.library, options);
  const built = await buildFirmware(machine, sourcesOf(program, firmware), limits);
  try {
    const footprint = linkedFootprint(program, built);
    // Measuring firmware takes more than the model does: the limits do not count it.
    const fits = options.instrument !== 'none' || fitsBoard(footprint, board);
    const report = makeReport({ program, board, basis: 'linked', footprint, fits });
    if (!fits) throw new DoesNotFit({ ...report, remedies: [] }, explainMisfit(report, board));
    return await use({ program, report, firmware, built });
  } finally {
    await removeFolder(built.folder);
  }
}

/** The generated files of a program with its test firmware, ready to build. */
export function sourcesOf(program: Program, firmware: Firmware): Sources {
  return {
    files: new Map([...program.library.files, ...firmware.files]),
    library: program.library.sources,
    firmware: firmware.sources,
    defines: firmware.defines,
    entry: `${program.name}_${program.library.fed ? 'push_row' : 'invoke'}`,
    frames: framesOf(program),
    usesFloat: usesFloat(program),
  };
}

/** Stack frames of assembly functions, which no compiler tells. */
export function framesOf({ name: model, library }: Pick<Program, 'name' | 'library'>): Frame[] {
  return library.units.map(({ name, stackBytes, uses }) => ({
    name: `${model}_${name}`,
    ...(stackBytes !== undefined && { bytes: stackBytes }),
    calls: uses.map((used) => `${model}_${used.name}`),
  }));
}

export function usesFloat({ graph, schedule }: Program): boolean {
  const floatTensor = [...graph.tensors.values()].some(({ dtype }) => dtype === 'float32');
  return floatTensor || schedule.steps.some(({ kernel }) => kernel.name === 'softmax_s8_table');
}

/** The test firmware of a program on a board (none: on the host), its vectors in memory. */
export function firmwareOptions(
  program: Program,
  board: Board | undefined,
  instrument: Instrument,
): FirmwareOptions {
  const { qemu: machine, renode: model } = board?.emulators ?? {};
  const vectors = machine?.vectors ?? model?.vectors;
  const inputs = program.graph.inputs.map((id) => program.graph.tensors.get(id)!);
  return {
    name: program.name,
    instrument,
    vectors: 'memory',
    floatInput: inputs.every(({ dtype }) => dtype === 'float32'),
    stackBytes: program.estimate.ram.stack,
    codeBytes: program.estimate.flash.code,
    ...(vectors && { vectorsAddress: vectors.start }),
    ...(machine && { timer: machine.timer }),
  };
}
