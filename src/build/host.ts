import path from 'node:path';
import {
  makeTemporaryFolder,
  noTemporaryFolder,
  removeFolder,
} from '../system/temporary-folder.ts';
import { requireTool, TOOLS } from '../support/tools.ts';
import { compileSources, writeFiles } from './compile-sources.ts';
import type { Sources } from './firmware.ts';
import { COMMON } from './flags.ts';
import { requireMade, runTool } from './run-tool.ts';
import type { Limits } from './run-tool.ts';

const SANITIZERS = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-g1'];
/** A host of ARM's 64 bits tells of floating point as Cortex-M cores do, and has none of their instructions. */
export const PORTABLE = ['-U__ARM_FP'];
/** Where sanitizers check each access, more optimisation takes longer than it saves. */
const LEVEL = '-O1';

/** Builds the generated C for this machine, with the address and undefined-behaviour sanitizers. */
export async function buildHost(
  sources: Sources,
  limits: Limits = {},
): Promise<{ folder: string; program: string }> {
  const gcc = requireTool(TOOLS.gcc);
  const folder = await makeTemporaryFolder();
  try {
    await writeFiles(folder, sources.files).catch((error: unknown) => {
      throw noTemporaryFolder(folder, error);
    });
    const flags = [
      ...COMMON,
      LEVEL,
      ...PORTABLE,
      ...SANITIZERS,
      ...sources.defines.map((define) => `-D${define}`),
    ];
    const all = [...sources.library, ...sources.firmware];
    const objects = await compileSources(gcc, folder, all, flags, limits);
    await runTool(gcc, [...SANITIZERS, ...objects, '-o', 'firmware'], folder, limits);
    requireMade(gcc, folder, 'firmware');
    return { folder, program: path.join(folder, 'firmware') };
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}
