import type { TensorType, TypedNode } from '../../ir/types.ts';
import { sizesOf } from './gates.ts';
import type { GateFunction, Sequence, Sizes } from './gates.ts';

export interface LstmAttrs extends Sequence {
  /** The forget gate is 1 - the input gate, as ONNX Runtime has it (the standard gives no formula). */
  readonly inputForget: boolean;
  /** The cell stays between -cellClip and cellClip; 0: it is left alone. */
  readonly cellClip: number;
  /** Of the input, forget and output gates; of the cell's gate; of the cell on its way out. */
  readonly functions: readonly [GateFunction, GateFunction, GateFunction];
}

/** Rows of the weights: input, forget, cell and output gate. */
export const LSTM_GATES = 4;

/** Places of a node's inputs. */
export const LSTM_INPUTS = {
  ...{ x: 0, weights: 1, recurrent: 2, bias: 3, hidden: 4, cell: 5 },
  ...{ peepholes: 6, lengths: 7 },
} as const;

/** Throws Unsupported where the operands do not fit together. */
export function lstmSizes(
  attrs: LstmAttrs,
  [x, weights, recurrent, , hidden]: readonly (TensorType | undefined)[],
): Sizes {
  return sizesOf(attrs, LSTM_GATES, [x, weights, recurrent, hidden]);
}

export function sizesOfNode({ attrs, inputs }: TypedNode<LstmAttrs>): Sizes {
  return lstmSizes(attrs, inputs);
}
