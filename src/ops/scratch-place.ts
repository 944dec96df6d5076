/** A pointer of a call's struct to what an earlier call of the layer puts into its working memory. */
export interface ScratchPlace {
  /** Bytes from the beginning of the working memory. */
  readonly scratchAt: number;
}

export function isScratchPlace(field: unknown): field is ScratchPlace {
  return typeof field === 'object' && field !== null && 'scratchAt' in field;
}
