import { z } from 'zod';
import type { TensorType } from '../../ir/types.ts';
import { real } from '../attributes.ts';
import { Unsupported } from '../op.ts';

/** A function of a gate, by ONNX's names in small letters; what alpha and beta mean depends on it. */
export interface GateFunction {
  readonly name: GateFunctionName;
  readonly alpha: number;
  readonly beta: number;
}

/** In the order of their numbers in C (nn_gates.h). */
export const GATE_FUNCTIONS = [
  ...(['sigmoid', 'tanh', 'relu', 'affine', 'leaky_relu', 'thresholded_relu'] as const),
  ...(['scaled_tanh', 'hard_sigmoid', 'elu', 'softsign', 'softplus'] as const),
] as const;
export type GateFunctionName = (typeof GATE_FUNCTIONS)[number];

export const SIGMOID: GateFunction = { name: 'sigmoid', alpha: 0, beta: 0 };
export const TANH: GateFunction = { name: 'tanh', alpha: 0, beta: 0 };

export const gateFunction = z.strictObject({
  name: z.enum(GATE_FUNCTIONS),
  alpha: real,
  beta: real,
});

/** How a recurrent operator goes through its sequences. */
export interface Sequence {
  /** x is [time, batch, features] instead of [batch, time, features]. */
  readonly timeMajor: boolean;
  /** From the last step to the first. */
  readonly reverse: boolean;
  /** The sums before a gate's function stay between -clip and clip; 0: they are left alone. */
  readonly clip: number;
}

export const sequence = { timeMajor: z.boolean(), reverse: z.boolean(), clip: real.min(0) };

/** The sizes of a recurrent layer, and the distances between its sequences' steps, in elements. */
export interface Sizes {
  readonly steps: number;
  readonly batches: number;
  readonly inputs: number;
  readonly units: number;
}

/**
 * Sizes from x and the recurrent weights [gates * units, units]. Throws Unsupported where x, the
 * weights [gates * units, inputs] and the state do not fit together.
 */
export function sizesOf(
  { timeMajor }: Sequence,
  gates: number,
  [x, weights, recurrent, state]: readonly (Pick<TensorType, 'shape'> | undefined)[],
): Sizes {
  const units = recurrent!.shape[1] ?? 0;
  const [first = 0, second = 0, inputs = 0] = x!.shape;
  const [steps, batches] = timeMajor ? [first, second] : [second, first];
  if (x!.shape.length !== 3) throw new Unsupported(`its input has the shape ${shown(x!)}`);
  expectShape('weights', weights!, [gates * units, inputs]);
  expectShape('recurrent weights', recurrent!, [gates * units, units]);
  expectElements('state', state!, batches * units);
  return { steps, batches, inputs, units };
}

/** Sizes, and the distances of stepsApart, as C's structs have them. */
export const SEQUENCE_MEMBERS = {
  ...({ steps: 'int32_t', batches: 'int32_t', inputs: 'int32_t', units: 'int32_t' } as const),
  ...({ step: 'int32_t', batch: 'int32_t' } as const),
};

/** How far the steps of a sequence lie apart, and the sequences of a batch; in steps' inputs or outputs. */
export function stepsApart(
  { timeMajor }: Sequence,
  { steps, batches }: Sizes,
): { step: number; batch: number } {
  return { step: timeMajor ? batches : 1, batch: timeMajor ? 1 : steps };
}

/** The shape of what a layer puts out for every step. */
export function outputShape({ timeMajor }: Sequence, { steps, batches, units }: Sizes): number[] {
  return timeMajor ? [steps, batches, units] : [batches, steps, units];
}

export function expectShape(
  what: string,
  type: Pick<TensorType, 'shape'>,
  wanted: readonly number[],
): void {
  if (String(type.shape) !== String(wanted))
    throw new Unsupported(`its ${what} have the shape ${shown(type)}, not [${wanted.join(',')}]`);
}

export function expectElements(
  what: string,
  type: Pick<TensorType, 'shape'>,
  wanted: number,
): void {
  if (type.shape.reduce((a, b) => a * b, 1) !== wanted)
    throw new Unsupported(`its ${what} has the shape ${shown(type)}, not ${wanted} values`);
}

function shown({ shape }: Pick<TensorType, 'shape'>): string {
  return `[${shape.join(',')}]`;
}

/** Whether gates have functions without parameters, of these names. */
export function isSigmoidOrTanh(
  functions: readonly GateFunction[],
  names: readonly ('sigmoid' | 'tanh')[],
): boolean {
  return functions.every(({ name }, i) => name === names[i]);
}
