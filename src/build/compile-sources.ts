import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { InternalError } from '../support/diagnostics.ts';
import { writeTemporary } from '../system/temporary-folder.ts';
import { refusesAll, requireMade, runTool } from './run-tool.ts';
import type { Limits } from './run-tool.ts';

/** Writes generated files below a folder. */
export async function writeFiles(
  folder: string,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  const folders = new Set([...files.keys()].map((file) => path.dirname(path.join(folder, file))));
  await Promise.all([...folders].map((each) => mkdir(each, { recursive: true })));
  await Promise.all([...files].map(([file, text]) => writeFile(path.join(folder, file), text)));
}

/** Compiles sources of a folder, as many at a time as there are cores; returns the object files. */
export async function compileSources(
  compiler: string,
  folder: string,
  sources: readonly string[],
  flags: readonly string[],
  limits: Limits = {},
): Promise<string[]> {
  const queue = [...sources];
  const worker = async (): Promise<void> => {
    for (let source = queue.shift(); source; source = queue.shift()) {
      const object = objectOf(source);
      const args = [...flags, '-I.', '-Iruntime', '-c', source, '-o', object];
      await runTool(compiler, args, folder, limits).catch(async (error: unknown) => {
        // One error is enough: the others need not begin.
        queue.length = 0;
        if (error instanceof InternalError)
          await requireWorking({ compiler, flags, folder, said: error.message }, limits);
        throw error;
      });
      requireMade(compiler, folder, object);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: availableParallelism() }, worker));
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
  return sources.map(objectOf);
}

/** As plain as C can be. */
const PLAIN = 'int plain(void);\nint plain(void)\n{\n    return 0;\n}\n';

interface Complaint {
  readonly compiler: string;
  readonly flags: readonly string[];
  readonly folder: string;
  readonly said: string;
}

// What a compiler says of our C counts where it can compile at all.
async function requireWorking(complaint: Complaint, limits: Limits): Promise<void> {
  const { compiler, flags, folder, said } = complaint;
  await writeTemporary(path.join(folder, 'plain.c'), PLAIN);
  const args = [...flags, '-c', 'plain.c', '-o', 'plain.o'];
  await runTool(compiler, args, folder, limits).catch((error: unknown) => {
    if (!(error instanceof InternalError)) throw error;
    throw refusesAll(compiler, said);
  });
}

function objectOf(source: string): string {
  return source.replace(/\.[cS]$/, '.o');
}
