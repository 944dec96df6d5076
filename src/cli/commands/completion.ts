import type { Command } from 'commander';
import { CompileError, nearest } from '../../support/diagnostics.ts';
import { completionScript } from '../completion/scripts.ts';
import { SHELLS } from '../completion/shells.ts';
import { wordsOf } from '../completion/words.ts';
import type { Context } from '../context.ts';
import { badOption } from '../option-values.ts';

/** `thimble completion SHELL`: a script that completes command lines, made of the program itself. */
export function completionCommand(name: string, program: Command, context: Context): void {
  const shell = SHELLS.find((each) => each === name);
  if (shell === undefined) {
    const close = nearest(name, SHELLS);
    throw new CompileError(
      badOption(
        'shell',
        `"${name}" is no shell that thimble writes completion for`,
        close ? `did you mean "${close}"?` : `it does for ${SHELLS.join(', ')}`,
      ),
    );
  }
  const lines = completionScript(shell, wordsOf(program));
  context.output.result(lines, { shell, script: lines.join('\n') });
}
