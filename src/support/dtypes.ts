export type DType = 'int8' | 'uint8' | 'int16' | 'int32' | 'int64' | 'float16' | 'float32' | 'bool';

/** real = scale * (stored - zeroPoint); one entry, or one for each index along `axis`. */
export interface Quantization {
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  readonly axis: number;
}

const BYTES: Record<DType, number> = {
  int8: 1,
  uint8: 1,
  bool: 1,
  int16: 2,
  float16: 2,
  int32: 4,
  float32: 4,
  int64: 8,
};

export function bytesPerElement(dtype: DType): number {
  return BYTES[dtype];
}
