import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildFirmware } from '../src/build/firmware.ts';
import { emitFirmware } from '../src/codegen/firmware.ts';
import type { Program } from '../src/pipeline.ts';
import type { Board } from '../src/target/board.ts';
import { firmwareOptions, sourcesOf } from '../src/workflow/build-model.ts';

/** Material beside the project that is not part of it: published models, an outside tool. */
export const SHARED = fileURLToPath(new URL('../../shared/', import.meta.url));
const MCYCLES = process.env.MCYCLES ?? path.join(SHARED, 'tools/mcycles/mcycles');

/**
 * Cycles of one inference on a Cortex-M4, as the outside tool estimates them from what the plain firmware
 * executes; undefined where the tool is missing.
 */
export async function estimatedCycles(program: Program, board: Board): Promise<number | undefined> {
  if (!existsSync(MCYCLES)) return undefined;
  const firmware = emitFirmware(board, program.library, {
    ...firmwareOptions(program, board, 'none'),
    vectors: 'none',
  });
  const built = await buildFirmware(board, sourcesOf(program, firmware));
  const marks = ['--start', 'thimble_bench_begin', '--stop', 'thimble_bench_end'];
  const machine = ['--machine', board.emulators.qemu!.machine, '--until', '^thimble done'];
  const text = execFileSync(MCYCLES, [built.elf, ...machine, ...marks], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  rmSync(built.folder, { recursive: true });
  return Number(/m4-cycles\(est\) (\d+)/.exec(text)![1]);
}
