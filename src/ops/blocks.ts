import type { Target } from '../target/target.ts';

/** Pixels that kernels for every core compute at a time, as many as registers hold (nn_blocks.h). */
export function pixelsAtOnce({ cpu }: Target): number {
  return cpu === 'cortex-m0plus' ? 2 : 4;
}

/** Bytes of each tap of the windows that they gather: a core that loads several words at a time has words. */
export function tapBytes({ cpu }: Target): number {
  return cpu === 'cortex-m0plus' ? 4 : 1;
}
