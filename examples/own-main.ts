import { readFileSync } from 'node:fs';
import { buildFirmware } from '../src/build/firmware.ts';
import type { Built } from '../src/build/firmware.ts';
import { emitFirmware } from '../src/codegen/firmware.ts';
import type { Outcome } from '../src/emulate/driver.ts';
import type { Board, Program } from '../src/index.ts';
import { removeFolder } from '../src/system/temporary-folder.ts';
import { firmwareOptions, sourcesOf } from '../src/workflow/build-model.ts';
import { DRIVERS } from '../src/workflow/execute.ts';

const REPORT = new URL('report.h', import.meta.url);

/** Firmware whose main.c is an example's own, and what it is given. */
export interface OwnMain {
  readonly program: Program;
  /** The board, or what stands in for it. */
  readonly machine: Board;
  readonly where: 'qemu' | 'renode';
  readonly main: URL;
  /** Further files; those that end in .c are compiled. */
  readonly files?: ReadonlyMap<string, string>;
  readonly defines: readonly string[];
  readonly vectors: readonly Uint8Array[];
  /** Bytes that it prints for each of them. */
  readonly outputBytes: number;
}

/** Builds the firmware, runs it, and hands both to `use`; its folder is removed. */
export async function runOwnMain<T>(
  { program, machine, where, main, files = new Map(), defines, vectors, outputBytes }: OwnMain,
  use: (outcome: Outcome, built: Built) => T,
): Promise<T> {
  const options = firmwareOptions(program, machine, 'none');
  const sources = sourcesOf(program, emitFirmware(machine, program.library, options));
  const own = [
    ['main.c', readFileSync(main, 'utf8')],
    ['report.h', readFileSync(REPORT, 'utf8')],
  ] as const;
  const built = await buildFirmware(machine, {
    ...sources,
    files: new Map([...sources.files, ...files, ...own]),
    library: [...sources.library, ...[...files.keys()].filter((file) => file.endsWith('.c'))],
    defines: [...sources.defines, `MODEL=${program.name}`, ...defines],
  });
  try {
    const outcome = await DRIVERS[where].run({
      ...{ board: machine, program: built.elf, vectors, outputBytes },
      ...{ timeoutMs: 300_000, exactTime: false },
    });
    return use(outcome, built);
  } finally {
    await removeFolder(built.folder);
  }
}
