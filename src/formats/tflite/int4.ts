/** Code of TFLite's TensorType for integers of four bits, two a byte. */
export const INT4 = 17;

/** Bytes of so many integers. */
export function packedBytes(count: number): number {
  return Math.ceil(count / 2);
}

/**
 * Integers of four bits as bytes, the lower half of each byte first (tensorflow/lite, int4 weights of
 * convolutions and fully connected layers).
 */
export function unpackInt4(packed: Uint8Array, count: number): Uint8Array {
  const values = Int8Array.from({ length: count }, (_, i) => {
    const byte = packed[i >> 1]!;
    return ((i & 1 ? byte : byte << 4) << 24) >> 28;
  });
  return new Uint8Array(values.buffer);
}
