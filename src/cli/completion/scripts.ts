import { fishScript } from './fish.ts';
import { bashScript, zshScript } from './posix.ts';
import type { Shell } from './shells.ts';
import type { CommandWords } from './words.ts';

const SCRIPTS: Readonly<Record<Shell, (commands: readonly CommandWords[]) => string[]>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** A script, line by line, that lets a shell complete command lines of thimble. */
export function completionScript(shell: Shell, commands: readonly CommandWords[]): string[] {
  return SCRIPTS[shell](commands);
}
