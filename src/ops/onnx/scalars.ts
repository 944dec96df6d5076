import type { TensorId } from '../../ir/types.ts';
import { bytesOf } from '../../support/bytes.ts';
import type { Emitter } from './emitter.ts';
import { OnnxValue } from './value.ts';

/** A float constant of no dimensions. */
export function scalar(emitter: Emitter, value: number): OnnxValue {
  const data = bytesOf(Float32Array.of(value));
  return OnnxValue.natural(
    emitter,
    emitter.constant('scalar', { dtype: 'float32', shape: [] }, data),
  );
}

/** A float constant of one dimension. */
export function vector(emitter: Emitter, name: string, values: readonly number[]): OnnxValue {
  const type = { dtype: 'float32', shape: [values.length] } as const;
  return OnnxValue.natural(
    emitter,
    emitter.constant(name, type, bytesOf(Float32Array.from(values))),
  );
}

/** A float constant matrix. */
export function matrixOf(
  emitter: Emitter,
  values: readonly number[],
  shape: readonly [number, number],
): TensorId {
  return emitter.constant(
    'weights',
    { dtype: 'float32', shape },
    bytesOf(Float32Array.from(values)),
  );
}
