import type { Board } from '../target/board.ts';

/** The warnings under which all generated C compiles silently (cli.md, "What -o DIR holds"). */
export const WARNINGS =
  '-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef -Werror'.split(
    ' ',
  );

/**
 * Flags of every compilation: C11; no contraction, so that floats agree on every target; calls that
 * stay calls, so that profilers see each layer. (clang takes all of them, too.)
 */
export const COMMON = [
  '-std=c11',
  '-O2',
  '-ffp-contract=off',
  '-fno-optimize-sibling-calls',
  ...WARNINGS,
];

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
