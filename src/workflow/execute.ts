import path from 'node:path';
import { symbolAt } from '../build/elf.ts';
import type { Built } from '../build/firmware.ts';
import { buildHost } from '../build/host.ts';
import type { Limits } from '../build/run-tool.ts';
import { emitHostFirmware } from '../codegen/firmware.ts';
import type { Instrument } from '../codegen/firmware.ts';
import { runInBatches } from '../emulate/batches.ts';
import type { EmulatorDriver, Outcome } from '../emulate/driver.ts';
import { host } from '../emulate/host.ts';
import { qemu } from '../emulate/qemu.ts';
import { renode } from '../emulate/renode.ts';
import { runSerial } from '../emulate/serial.ts';
import { compileModel } from '../pipeline.ts';
import type { CompileOptions, Program } from '../pipeline.ts';
import { CompileError } from '../support/diagnostics.ts';
import { removeFolder } from '../system/temporary-folder.ts';
import { requireTool } from '../support/tools.ts';
import type { Board } from '../target/board.ts';
import { emulatedBoard } from '../target/emulated.ts';
import type { EmulatedBoard } from '../target/emulated.ts';
import { HOST_TARGET } from '../target/target.ts';
import {
  compileForBoard,
  firmwareOptions,
  refuseSerialRows,
  sourcesOf,
  withFirmware,
} from './build-model.ts';
import type { LoadedModel } from './load-model.ts';
import { requireCounted, requireFirmware } from './require-firmware.ts';

/** However short the time that a run is given, a compiler gets this. */
const LEAST_BUILD_MS = 5000;

export type Where = 'host' | 'qemu' | 'renode';

export const DRIVERS: Readonly<Record<Where, EmulatorDriver>> = { host, qemu, renode };

export interface ExecuteRequest {
  readonly model: LoadedModel;
  readonly board?: Board;
  readonly where: Where;
  readonly options?: Omit<CompileOptions, 'hooks'>;
  readonly vectors: readonly Uint8Array[];
  /** How many vectors in a row share the model's state; 1 when left out. */
  readonly steps?: number;
  readonly instrument?: Instrument;
  readonly profile?: boolean;
  /** Count instructions even where that costs speed. */
  readonly exactTime?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Compiles a model for a board and runs it on one that is connected: nothing is built here. */
export async function executeSerial(
  request: Pick<
    ExecuteRequest,
    'model' | 'options' | 'vectors' | 'steps' | 'timeoutMs' | 'signal'
  > & {
    readonly board: Board;
    readonly port: string;
    readonly onOpen?: () => void;
  },
): Promise<Execution> {
  const { model, board, vectors, port } = request;
  refuseSerialRows(request.options);
  const { program } = compileForBoard(model, board, request.options);
  const outcome = await runSerial({
    ...{ port, baud: board.console.baud, vectors, outputBytes: program.library.outputBytes },
    timeoutMs: request.timeoutMs ?? 120_000,
    ...(program.graph.states.length > 0 && { steps: request.steps ?? 1 }),
    ...(request.signal && { signal: request.signal }),
    ...(request.onOpen && { onOpen: request.onOpen }),
  });
  requireFirmware(
    outcome,
    program,
    port,
    'flash the firmware of this model: thimble build MODEL -b BOARD --vectors uart -o DIR',
  );
  return { program, outcome };
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
  const { model, where, instrument = 'none' } = request;
  const machine = where === 'host' ? undefined : machineFor(request.board, where);
  requireTool(DRIVERS[where].tool);
  const reason = DRIVERS[where].reject(machine?.board);
  if (reason) throw new CompileError(unavailable(where, reason));
  const options = { ...request.options, hooks: instrument !== 'none' };
  if (!machine) return executeOnHost(request, options);
  const board = request.board!;
  const compiled = compileForBoard(model, board, options);
  const firmware = {
    ...firmwareOptions(compiled.program, machine.board, instrument),
    profiled: request.profile === true,
  };
  const wanted = { ...{ board, firmware, machine: machine.board }, limits: limitsOf(request) };
  return withFirmware(compiled, wanted, async ({ program, built }) => {
    const job = { ...jobOf(request, program, built.elf), board: machine.board, ...lookUps(built) };
    const outcome = await runInBatches(DRIVERS[where], job);
    requireFirmware(outcome, program, `--on ${where}`, TOOLS_HINT);
    requireCounted(outcome, `--on ${where}`);
    const { standIn } = machine;
    return { program, built, outcome, ...(standIn && { standIn }) };
  });
}

const TOOLS_HINT = 'thimble doctor shows which emulator and compiler were found';

// With a board its limits hold on the host, too.
async function executeOnHost(request: ExecuteRequest, options: CompileOptions): Promise<Execution> {
  const { model, board, instrument = 'none' } = request;
  const program = board
    ? compileForBoard(model, board, options).program
    : compileModel(model, HOST_TARGET, options);
  const firmware = emitHostFirmware(
    program.library,
    firmwareOptions(program, undefined, instrument),
  );
  const { program: file } = await buildHost(sourcesOf(program, firmware), limitsOf(request));
  try {
    const outcome = await runInBatches(DRIVERS.host, jobOf(request, program, file));
    requireFirmware(outcome, program, '--on host', TOOLS_HINT);
    return { program, outcome };
  } finally {
    await removeFolder(path.dirname(file));
  }
}

// Of each run of a tool.
function limitsOf({ timeoutMs, signal }: ExecuteRequest): Limits {
  return {
    ...(timeoutMs !== undefined && { timeoutMs: Math.max(timeoutMs, LEAST_BUILD_MS) }),
    ...(signal && { signal }),
  };
}

// What every driver is told.
function jobOf(request: ExecuteRequest, { library }: Program, file: string) {
  const { vectors, steps = 1, instrument = 'none', timeoutMs = 120_000, signal, profile } = request;
  return {
    ...{ program: file, vectors, steps, timeoutMs },
    outputBytes: library.outputBytes,
    exactTime: request.exactTime ?? instrument === 'bench',
    ...(profile && { profile }),
    ...(signal && { signal }),
  };
}

function machineFor(board: Board | undefined, where: Where): EmulatedBoard {
  if (board) {
    const machine = where === 'renode' ? { board } : emulatedBoard(board);
    if (machine.lack === undefined) return machine;
    throw new CompileError(unavailable(where, machine.lack));
  }
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
