import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { thimble } from './cli.ts';
import type { Ran } from './cli.ts';
import { smallNetwork, thimbleFile } from './small-model.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface CliFolder {
  readonly folder: string;
  /** Runs the command in the folder. */
  readonly thimble: (args: readonly string[], env?: NodeJS.ProcessEnv) => Promise<Ran>;
}

/** A folder with a model, small.thimble, and a file that is none, broken.tflite. */
export function cliFolder(): CliFolder {
  const folder = temporaryFolder('cli');
  writeFileSync(path.join(folder, 'small.thimble'), thimbleFile(smallNetwork()));
  writeFileSync(path.join(folder, 'broken.tflite'), 'no model');
  return { folder, thimble: (args, env) => thimble(folder, args, env) };
}

export const json = (text: string) => JSON.parse(text) as Record<string, unknown>;
