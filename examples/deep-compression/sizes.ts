import { toGaps } from '../../src/encode/gaps.ts';
import type { Parameter } from '../../src/train/parameter.ts';

const FLOAT_BYTES = 4;
const GAP_BITS = 4;

/** Bytes of a network's parameters in float32. */
export function floatBytes(parameters: readonly Parameter[]): number {
  return parameters.reduce((sum, { values }) => sum + FLOAT_BYTES * values.length, 0);
}

/**
 * Bytes after pruning: each weight that stays in float32 with four bits for the zeros before it, fillers for
 * longer runs; biases in float32. After sharing: the same with an index in place of each weight, and the
 * values in float32.
 */
export function prunedBytes(parameters: readonly Parameter[]): number {
  return sum(parameters, ({ entries }) => (entries * (8 * FLOAT_BYTES + GAP_BITS)) / 8);
}

export function sharedBytes(parameters: readonly Parameter[]): number {
  return sum(parameters, ({ entries, values }) => {
    const indexBits = Math.ceil(Math.log2(values + 1));
    return (entries * (indexBits + GAP_BITS)) / 8 + FLOAT_BYTES * values;
  });
}

function sum(
  parameters: readonly Parameter[],
  bytesOf: (weights: { entries: number; values: number }) => number,
): number {
  const bytes = parameters.map(({ role, values }) => {
    if (role === 'bias') return FLOAT_BYTES * values.length;
    const kept = values.filter((value) => value !== 0);
    // Whatever they are: places are what counts.
    const entries = toGaps(Uint8Array.from(values, (value) => (value === 0 ? 0 : 1)));
    return bytesOf({ entries: entries.values.length, values: new Set(kept).size });
  });
  return Math.ceil(bytes.reduce((a, b) => a + b, 0));
}
