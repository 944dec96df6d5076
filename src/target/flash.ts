import type { Region } from './target.ts';

/** The flash memories that code and weights go to. */
export interface FlashUse {
  readonly code: Region;
  readonly weights: Region;
  /** Bytes that find no room there: 0 when it fits. */
  readonly lacking: number;
}

/**
 * Where code and weights go, in bytes: both to the first flash, or the weights, which stay together,
 * to another one; where least lacks.
 */
export function chooseFlash(
  flash: readonly Region[],
  codeBytes: number,
  weightBytes: number,
): FlashUse {
  const code = flash[0]!;
  const over = (bytes: number, { bytes: room }: Region) => Math.max(0, bytes - room);
  return flash
    .map((weights) => ({
      code,
      weights,
      lacking:
        weights === code
          ? over(codeBytes + weightBytes, code)
          : over(codeBytes, code) + over(weightBytes, weights),
    }))
    .reduce((a, b) => (b.lacking < a.lacking ? b : a));
}
