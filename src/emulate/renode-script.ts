import { CompileError } from '../support/diagnostics.ts';
import type { Board } from '../target/board.ts';
import { platformFile } from '../target/platform-file.ts';
import type { Job } from './driver.ts';

/** Printed when every command of the script has worked: Renode drops the rest after an error. */
export const SCRIPT_END = 'thimble script complete';

export interface RenodeFiles {
  readonly vectors: string;
  readonly console: string;
  readonly marks: string;
  readonly profile: string;
}

/**
 * The monitor script of one run: the machine, the firmware, the vectors, the console as a file, and
 * the instruction counter at the two marks around each inference. Deterministic: one thread, a
 * fixed rate of instructions, no waiting for real time.
 */
export function renodeScript(job: Job, board: Board, files: RenodeFiles): string {
  const { uart, mips, vectors } = board.emulators.renode!;
  const hook = (symbol: string, mark: string) => {
    const address = job.addressOf?.(symbol);
    const python = `f = open('${files.marks}', 'a'); f.write('${mark} %d\\n' % self.ExecutedInstructions); f.close()`;
    return address === undefined ? [] : [`cpu AddHook ${hex(address)} "${python}"`];
  };
  return [
    'mach create "thimble"',
    `machine LoadPlatformDescription ${monitorPath(platformFile(board))}`,
    'emulation SetGlobalSerialExecution true',
    'emulation SetGlobalAdvanceImmediately true',
    `cpu PerformanceInMips ${mips}`,
    `sysbus LoadELF ${monitorPath(job.program)}`,
    `cpu VectorTableOffset ${hex(board.memory.find((m) => m.kind === 'flash')!.start)}`,
    `sysbus LoadBinary ${monitorPath(files.vectors)} ${hex(vectors.start)}`,
    ...hook('thimble_bench_begin', 'begin'),
    ...hook('thimble_bench_end', 'end'),
    ...(job.profile ? [`cpu EnableProfilerCollapsedStack ${monitorPath(files.profile)} true`] : []),
    `${uart} CreateFileBackend ${monitorPath(files.console)} true`,
    `echo "${SCRIPT_END}"`,
    'start',
    '',
  ].join('\n');
}

/** A path as Renode's monitor reads it: blanks escaped. Throws where a character would begin something else. */
export function monitorPath(file: string): string {
  if (/[\p{Cc}"';\\$#`@]/u.test(file)) {
    throw new CompileError({
      code: 'renode-script',
      message: "Renode's script cannot name this file",
      where: file,
      hint: 'rename the folder, or set TMPDIR to one with letters, digits and blanks only',
    });
  }
  return `@${file.replace(/ /g, '\\ ')}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
