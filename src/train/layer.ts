import type { Tensor, TensorId } from '../ir/types.ts';
import type { Engine } from './engine.ts';
import type { Parameter } from './parameter.ts';

/** A tensor of the network for a batch: [batch][size]. */
export interface Activation {
  /** Floats of one sample. */
  readonly size: number;
  readonly values: Float32Array;
  /** The loss's derivative by each value; left out where nothing before it is trained. */
  readonly gradients?: Float32Array;
}

/** What computes one node of a graph for a batch. */
export interface Layer {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** Computes its output for the first `samples` of a batch; `training`: as it is done while training. */
  forward(samples: number, training: boolean): void;
  /** Adds to the gradients of its inputs and parameters what its output's gradients make of them. */
  backward(samples: number): void;
}

/** What a layer is built from. */
export interface LayerContext {
  readonly engine: Engine;
  /** Samples of a batch, at most. */
  readonly batch: number;
  activation(id: TensorId): Activation;
  /** The parameter that a constant becomes; `axis`: the dimension of its output channels, 0 when left out. */
  parameter(tensor: Tensor, role: Parameter['role'], axis?: number): Parameter;
}

/** Numbers of an output's gradients, which a layer after it has written. */
export function gradientsOf({ gradients }: Activation): Float32Array {
  return gradients ?? new Float32Array(0);
}
