import type { TensorType } from '../../ir/types.ts';
import { byteLength, bytesPerElement, elements, storedRange } from '../../ir/types.ts';
import { call } from '../kernel.ts';
import type { KernelCall } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';

const byteUnits = unitFamily({
  name: 'nn_fill_s8',
  template: 'shape/fill-s8',
  struct: struct('nn_fill_s8_layer', 'One byte, many times.', {
    count: 'int32_t',
    value: 'int32_t',
  }),
  // Of any type of whole numbers.
  parameters: 'void *output',
});

const floatUnits = unitFamily({
  name: 'nn_fill_f32',
  template: 'shape/fill-f32',
  struct: struct('nn_fill_f32_layer', 'One float, many times.', {
    count: 'int32_t',
    value: 'float',
  }),
  parameters: 'nn_float *output',
});

export const fillUnits = [byteUnits, floatUnits];

/** Why a tensor cannot be filled with a stored value; undefined when it can. */
export function rejectFill({ dtype }: TensorType, value: number): string | undefined {
  if (dtype === 'float32' || value === 0) return undefined;
  if (bytesPerElement(dtype) !== 1) return `it fills ${dtype} with ${value}, which is not zero`;
  const [low, high] = storedRange(dtype);
  if (Number.isInteger(value) && value >= low && value <= high) return undefined;
  return `it fills ${dtype} with ${value}, which is no whole number from ${low} to ${high}`;
}

/** A call that fills an output with one stored value. */
export function fillCall(type: TensorType, value: number, output = 0): KernelCall {
  const options = { inputs: [], output };
  if (type.dtype === 'float32')
    return call(floatUnits({}), { count: elements(type), value }, options);
  return call(byteUnits({}), { count: byteLength(type), value }, options);
}

/** What filling takes. */
export function fillWork(type: TensorType): { floats: number; filled: number } {
  return type.dtype === 'float32'
    ? { floats: elements(type), filled: 0 }
    : { floats: 0, filled: byteLength(type) };
}
