import type { TypedNode } from '../../ir/types.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { floatWork, SEQUENCE_F32, sequenceFields } from './float-fields.ts';
import type { GateFunction, Sequence } from './gates.ts';
import { ONE_STATE_INPUTS as AT, oneStateSizes } from './one-state.ts';

export interface GruAttrs extends Sequence {
  /** The reset gate scales what comes of the hidden state, instead of the state itself. */
  readonly linearBeforeReset: boolean;
  /** Of the update and reset gates; of the hidden one. */
  readonly functions: readonly [GateFunction, GateFunction];
}

/** Rows of the weights: update, reset and hidden gate. */
export const GRU_GATES = 3;

const units = unitFamily({
  name: 'nn_gru_f32',
  template: 'recurrent/gru-f32',
  headers: ['nn_gates.h', 'nn_functions.h', 'nn_math.h', 'nn_types.h'],
  struct: struct('nn_gru_f32_layer', 'Gated recurrent unit in floating point.', {
    sequence: SEQUENCE_F32,
    linear_before_reset: 'int32_t',
  }),
  parameters: [
    'const nn_float *input, const nn_float *weights, const nn_float *recurrent, const nn_float *bias',
    'const nn_float *hidden, const void *lengths',
    'nn_float *output, nn_float *next_hidden, void *scratch',
  ].join(', '),
});

const portable: Kernel<GruAttrs> = {
  name: 'gru_f32_c',
  units: [units],
  reject: () => undefined,
  cost(node) {
    const [gate, hidden] = node.attrs.functions;
    const sizes = sizesOfNode(node);
    const lengths = node.inputs[AT.lengths];
    return {
      work: floatWork(sizes, GRU_GATES, [gate, gate, hidden], lengths),
      constantBytes: 0,
      scratchBytes: 4 * (GRU_GATES + 1) * sizes.units,
      calls: [units({})],
    };
  },
  code(node) {
    const { attrs } = node;
    const fields = {
      sequence: sequenceFields(attrs, sizesOfNode(node), attrs.functions),
      linear_before_reset: attrs.linearBeforeReset ? 1 : 0,
    };
    return [call(units({}), fields, { inputs: [0, 1, 2, 3, 4, 5], outputs: [0, 1] })];
  },
  updates: [{ input: AT.hidden, output: 1 }],
};

export const gruKernels = [portable];

function sizesOfNode({ attrs, inputs }: TypedNode<GruAttrs>) {
  return oneStateSizes(attrs, GRU_GATES, inputs);
}
