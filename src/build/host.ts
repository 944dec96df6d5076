import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { requireTool, TOOLS } from '../support/tools.ts';
import { compileSources, runTool, writeFiles } from './compile-sources.ts';
import type { Sources } from './firmware.ts';
import { COMMON } from './flags.ts';

const SANITIZERS = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-g1'];

/** Builds the generated C for this machine, with the address and undefined-behaviour sanitizers. */
export async function buildHost(sources: Sources): Promise<{ folder: string; program: string }> {
  const gcc = requireTool(TOOLS.gcc);
  const folder = await mkdtemp(path.join(tmpdir(), 'thimble-'));
  try {
    await writeFiles(folder, sources.files);
    const flags = [...COMMON, ...SANITIZERS, ...sources.defines.map((define) => `-D${define}`)];
    const all = [...sources.library, ...sources.firmware];
    const objects = await compileSources(gcc, folder, all, flags);
    await runTool(gcc, [...SANITIZERS, ...objects, '-o', 'firmware'], folder);
    return { folder, program: path.join(folder, 'firmware') };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
