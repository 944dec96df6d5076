import { existsSync } from 'node:fs';
import { z } from 'zod';
import { preprocessSettings } from '../preprocess/settings.ts';
import { CompileError } from '../support/diagnostics.ts';
import { readSmall } from '../support/read-small.ts';
import { LEAST_SECONDS, MOST_SECONDS } from './option-values.ts';

const config = z.strictObject({
  $schema: z.string().optional(),
  board: z.string().optional(),
  ram: z.string().optional(),
  flash: z.string().optional(),
  preprocess: preprocessSettings.optional(),
  timeout: z.number().min(LEAST_SECONDS).max(MOST_SECONDS).optional(),
});

export type Config = z.output<typeof config>;

export const CONFIG_FILE = 'thimble.config.json';

/** The configuration in this folder, or in the file that --config names. */
export function readConfig(file: string | undefined): Config {
  const path = file ?? CONFIG_FILE;
  if (!existsSync(path)) {
    if (file === undefined) return {};
    throw badConfig(path, ['the file does not exist']);
  }
  let json: unknown;
  try {
    json = JSON.parse(readSmall(path));
  } catch (error) {
    throw badConfig(path, [`it is no JSON: ${(error as Error).message}`]);
  }
  const parsed = config.safeParse(json);
  if (parsed.success) return parsed.data;
  throw badConfig(
    path,
    parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`),
  );
}

function badConfig(where: string, problems: readonly string[]): CompileError {
  return new CompileError(
    problems.map((message) => ({
      code: 'bad-config',
      message,
      where,
      hint: 'thimble init writes a valid file; keys are board, ram, flash, timeout, preprocess',
    })),
  );
}
