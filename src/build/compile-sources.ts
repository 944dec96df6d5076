import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { CompileError, InternalError } from '../support/diagnostics.ts';

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
): Promise<string[]> {
  const queue = [...sources];
  const worker = async (): Promise<void> => {
    for (let source = queue.shift(); source; source = queue.shift()) {
      await runTool(
        compiler,
        [...flags, '-I.', '-Iruntime', '-c', source, '-o', objectOf(source)],
        folder,
      );
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: availableParallelism() }, worker));
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
  return sources.map(objectOf);
}

/** Runs a tool on generated files; that it fails is thimble's fault. */
export async function runTool(
  command: string,
  args: readonly string[],
  cwd: string,
): Promise<string> {
  const result = await execa(command, args, { cwd, reject: false, all: true, stdin: 'ignore' });
  if (result.failed) {
    if (NO_HEADERS.test(result.all))
      throw new CompileError(withoutHeaders(command), 'tool-missing');
    const where = `${path.basename(command)} ${args.join(' ')}`;
    throw new InternalError(`${where}\n${result.all}`);
  }
  return result.stdout;
}

// What a compiler says that came without the C library's headers or its nano variant.
const NO_HEADERS =
  /fatal error: (string|math|stdint|stdio|stdlib)\.h: No such file|nano\.specs: No such file|cannot read spec file/;

function withoutHeaders(compiler: string) {
  const arm = compiler.includes('arm-none-eabi');
  return {
    code: 'missing-tool',
    message: `${path.basename(compiler)} is there, the C library's headers are not`,
    where: compiler,
    hint: `install them: apt-get install ${arm ? 'libnewlib-arm-none-eabi' : 'libc6-dev'}`,
  };
}

function objectOf(source: string): string {
  return source.replace(/\.c$/, '.o');
}
