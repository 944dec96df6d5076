import { existsSync } from 'node:fs';
import { CompileError } from '../../support/diagnostics.ts';
import { loadBoard } from '../../target/load-board.ts';
import { writeWhole } from '../../workflow/write-file.ts';
import { CONFIG_FILE } from '../config.ts';
import type { Context } from '../context.ts';

/** `thimble init`: a configuration file for this folder; never overwrites one. */
export async function initCommand(
  options: { readonly board: string },
  context: Context,
): Promise<void> {
  if (existsSync(CONFIG_FILE)) {
    throw new CompileError({
      code: 'output-exists',
      message: 'there is a configuration already',
      where: CONFIG_FILE,
      hint: 'edit it, or remove it first',
    });
  }
  const { name } = loadBoard(options.board);
  await writeWhole(CONFIG_FILE, `${JSON.stringify({ board: name, timeout: 120 }, null, 2)}\n`);
  context.output.result([`${CONFIG_FILE} written for ${name}`], { file: CONFIG_FILE, board: name });
}
