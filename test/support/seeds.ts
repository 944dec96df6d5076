/** Where random tests start, and how much of each they try: printed, so that a failure can be had again. */
export const SEED = Number(process.env.THIMBLE_SEED ?? 20261124);

/** `usual` cases, or so many as THIMBLE_CASES says. */
export function caseCount(usual: number): number {
  return Number(process.env.THIMBLE_CASES ?? usual);
}
