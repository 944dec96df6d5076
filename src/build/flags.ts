import type { Board } from '../target/board.ts';

/** The warnings under which all generated C compiles silently (cli.md, "What -o DIR holds"). */
export const WARNINGS =
  '-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef -Werror'.split(
    ' ',
  );

/** What the C needs, whoever compiles it: C11; no contraction, so that floats agree on every target. */
export const LANGUAGE = ['-std=c11', '-ffp-contract=off'] as const;

/**
 * Flags of every compilation: what the C needs, and calls that stay calls, so that profilers see each
 * layer. (clang takes all of them, too.)
 */
export const COMMON = [...LANGUAGE, '-O2', '-fno-optimize-sibling-calls', ...WARNINGS];

/** Flags that name a board's core. */
export function coreFlags({ cpu, features }: Board): string[] {
  const core = [
    '-mthumb',
    `-mcpu=${cpu}${cpu === 'cortex-m33' && !features.includes('dsp') ? '+nodsp' : ''}`,
  ];
  if (!features.includes('fpu')) return [...core, '-mfloat-abi=soft'];
  const fpu =
    cpu === 'cortex-m4'
      ? 'fpv4-sp-d16'
      : features.includes('fpu-double')
        ? 'fpv5-d16'
        : 'fpv5-sp-d16';
  return [...core, '-mfloat-abi=hard', `-mfpu=${fpu}`];
}
