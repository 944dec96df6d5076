import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Options } from 'execa';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const CLI = path.join(ROOT, 'dist/cli/main.js');

export interface Ran {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

/** Runs the command as users do, in a folder; never throws. */
export async function thimble(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ran> {
  const { exitCode, stdout, stderr } = await start(cwd, args, { env });
  return { code: exitCode, out: String(stdout), err: String(stderr) };
}

/** The running command, for tests that stop it or close its pipes. */
export function start(cwd: string, args: readonly string[], options: Options = {}) {
  const { env, ...rest } = options;
  return execa(process.execPath, [CLI, ...args], {
    ...{ cwd, stdin: 'ignore', ...rest },
    ...{
      reject: false,
      env: { CI: 'true', ...env },
      encoding: 'utf8',
      stdout: 'pipe',
      stderr: 'pipe',
      all: false,
    },
  });
}
