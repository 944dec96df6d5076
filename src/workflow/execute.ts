import { rm } from 'node:fs/promises';
import path from 'node:path';
import { symbolAt } from '../build/elf.ts';
import { buildFirmware } from '../build/firmware.ts';
import type { Built, Sources } from '../build/firmware.ts';
import { buildHost } from '../build/host.ts';
import { emitFirmware, emitHostFirmware } from '../codegen/firmware.ts';
import type { Firmware, FirmwareOptions, Instrument } from '../codegen/firmware.ts';
import { runInBatches } from '../emulate/batches.ts';
import type { EmulatorDriver, Outcome } from '../emulate/driver.ts';
import { host } from '../emulate/host.ts';
import { qemu } from '../emulate/qemu.ts';
import { renode } from '../emulate/renode.ts';
import { runSerial } from '../emulate/serial.ts';
import { compile } from '../pipeline.ts';
import type { Program } from '../pipeline.ts';
import { predictFootprint } from '../report/footprint.ts';
import { CompileError } from '../support/diagnostics.ts';
import { requireTool } from '../support/tools.ts';
import type { Board } from '../target/board.ts';
import { emulatedBoard } from '../target/emulated.ts';
import { HOST_TARGET, targetOf } from '../target/target.ts';
import type { LoadedModel } from './load-model.ts';
import { requireFit } from './require-fit.ts';

export type Where = 'host' | 'qemu' | 'renode';

export const DRIVERS: Readonly<Record<Where, EmulatorDriver>> = { host, qemu, renode };

export interface ExecuteRequest {
  readonly model: LoadedModel;
  readonly board?: Board;
  readonly where: Where;
  readonly vectors: readonly Uint8Array[];
  readonly instrument?: Instrument;
  readonly profile?: boolean;
  /** Count instructions even where that costs speed. */
  readonly exactTime?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Compiles a model for a board and runs it on one that is connected: nothing is built here. */
export async function executeSerial(
  request: Pick<ExecuteRequest, 'model' | 'vectors' | 'timeoutMs' | 'signal'> & {
    readonly board: Board;
    readonly port: string;
    readonly onOpen?: () => void;
  },
): Promise<Execution> {
  const { model, board, vectors, port } = request;
  const program = compile(model.graph, model.bytes, targetOf(board), {
    name: model.name,
    source: model.source,
  });
  const outcome = await runSerial({
    ...{ port, baud: board.console.baud, vectors, outputBytes: program.library.outputBytes },
    timeoutMs: request.timeoutMs ?? 120_000,
    ...(request.signal && { signal: request.signal }),
    ...(request.onOpen && { onOpen: request.onOpen }),
  });
  const { weightsCrc } = program.library;
  if (outcome.banner.crc === weightsCrc) return { program, outcome };
  throw new CompileError(
    {
      code: 'wrong-firmware',
      message: `the board runs "${outcome.banner.model}" with weights ${outcome.banner.crc}, not "${program.name}" with ${weightsCrc}`,
      where: port,
      hint: 'flash the firmware of this model: thimble build MODEL -b BOARD --vectors uart -o DIR',
    },
    'run-failed',
  );
}

export interface Execution {
  readonly program: Program;
  readonly outcome: Outcome;
  /** The machine that stood in for the board, when it was not the board itself. */
  readonly standIn?: string;
  readonly built?: Built;
}

/** Compiles, builds and runs a model once, with all vectors in one boot. */
export async function execute(request: ExecuteRequest): Promise<Execution> {
  const { model, where, vectors, instrument = 'none' } = request;
  const machine = where === 'host' ? undefined : machineFor(request.board, where);
  requireTool(DRIVERS[where].tool);
  const reason = DRIVERS[where].reject(machine?.board);
  if (reason) throw new CompileError(unavailable(where, reason));
  const target = request.board ? targetOf(request.board) : HOST_TARGET;
  const hooks = instrument !== 'none';
  const program = compile(model.graph, model.bytes, target, {
    name: model.name,
    source: model.source,
    hooks,
  });
  if (request.board && machine) requireFit(program, request.board);
  const built = await build(program, machine?.board, instrument);
  try {
    const outcome = await runInBatches(DRIVERS[where], {
      ...(machine && { board: machine.board }),
      program: built.program,
      vectors,
      outputBytes: program.library.outputBytes,
      timeoutMs: request.timeoutMs ?? 120_000,
      exactTime: request.exactTime ?? instrument === 'bench',
      ...(built.built && lookUps(built.built)),
      ...(request.profile && { profile: true }),
      ...(request.signal && { signal: request.signal }),
    });
    return {
      program,
      outcome,
      ...(machine?.standIn && { standIn: machine.standIn }),
      ...(built.built && { built: built.built }),
    };
  } finally {
    await rm(path.dirname(built.program), { recursive: true, force: true });
  }
}

/** The generated files of a program with its test firmware, ready to build. */
export function sourcesOf(program: Program, firmware: Firmware): Sources {
  return {
    files: new Map([...program.library.files, ...firmware.files]),
    library: program.library.sources,
    firmware: firmware.sources,
    defines: firmware.defines,
    entry: `${program.name}_invoke`,
    usesFloat: usesFloat(program),
  };
}

export function usesFloat({ graph, schedule }: Program): boolean {
  const floatTensor = [...graph.tensors.values()].some(({ dtype }) => dtype === 'float32');
  return floatTensor || schedule.steps.some(({ kernel }) => kernel.name === 'softmax_s8_table');
}

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
    stackBytes: predictFootprint(program).ram.stack,
    ...(vectors && { vectorsAddress: vectors.start }),
    ...(machine && { timer: machine.timer }),
  };
}

async function build(program: Program, board: Board | undefined, instrument: Instrument) {
  const options = firmwareOptions(program, board, instrument);
  if (!board)
    return {
      ...(await buildHost(sourcesOf(program, emitHostFirmware(program.library, options)))),
      built: undefined,
    };
  const built = await buildFirmware(
    board,
    sourcesOf(program, emitFirmware(board, program.library, options)),
  );
  return { program: built.elf, built };
}

function machineFor(board: Board | undefined, where: Where): { board: Board; standIn?: string } {
  if (board) return where === 'renode' ? { board } : emulatedBoard(board);
  throw new CompileError({
    code: 'no-board',
    message: `--on ${where} needs a board`,
    hint: 'name one with -b (thimble boards lists them), or in thimble.config.json',
  });
}

// Names and addresses of functions, for messages and marks.
function lookUps({ facts }: Built) {
  return {
    symbolAt: (address: number) => symbolAt(facts, address),
    addressOf: (symbol: string) => facts.symbols.get(symbol)?.address,
  };
}

function unavailable(where: Where, reason: string) {
  return {
    code: 'emulator-unavailable',
    message: reason,
    where: `--on ${where}`,
    hint: 'thimble boards shows which emulators model it',
  };
}
