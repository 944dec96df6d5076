import type { DType } from '../ir/types.ts';
import { InternalError } from '../support/diagnostics.ts';

/** How C names the elements of a tensor. */
export interface CElement {
  /** Ends the name of a function that works on them: 's8'. */
  readonly suffix: string;
  /** In a prototype. */
  readonly ctype: string;
  /** Of pointers into tensors: those of nn_types.h may lie where another type lay before. */
  readonly held: string;
}

const ELEMENTS: Partial<Record<DType, CElement>> = {
  bool: { suffix: 'b8', ctype: 'uint8_t', held: 'uint8_t' },
  int8: { suffix: 's8', ctype: 'int8_t', held: 'int8_t' },
  uint8: { suffix: 'u8', ctype: 'uint8_t', held: 'uint8_t' },
  int16: { suffix: 's16', ctype: 'int16_t', held: 'nn_int16' },
  int32: { suffix: 's32', ctype: 'int32_t', held: 'nn_int32' },
  int64: { suffix: 's64', ctype: 'int64_t', held: 'nn_int64' },
  float32: { suffix: 'f32', ctype: 'nn_float', held: 'nn_float' },
};

export function cElement(dtype: DType): CElement {
  const element = ELEMENTS[dtype];
  if (!element) throw new InternalError(`kernels do not work on ${dtype}`);
  return element;
}
