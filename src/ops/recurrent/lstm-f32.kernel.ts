import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { floatWork, SEQUENCE_F32, sequenceFields } from './float-fields.ts';
import { LSTM_GATES, LSTM_INPUTS as AT, sizesOfNode } from './lstm-node.ts';
import type { GateFunction } from './gates.ts';
import type { LstmAttrs } from './lstm-node.ts';

const units = unitFamily({
  name: 'nn_lstm_f32',
  template: 'recurrent/lstm-f32',
  headers: ['nn_gates.h', 'nn_functions.h', 'nn_math.h', 'nn_types.h'],
  struct: struct('nn_lstm_f32_layer', 'Long short-term memory in floating point.', {
    sequence: SEQUENCE_F32,
    input_forget: 'int32_t',
    cell_clip: 'float',
  }),
  parameters: [
    'const nn_float *input, const nn_float *weights, const nn_float *recurrent, const nn_float *bias',
    'const nn_float *hidden, const nn_float *cell, const nn_float *peepholes, const void *lengths',
    'nn_float *output, nn_float *next_hidden, nn_float *next_cell, void *scratch',
  ].join(', '),
});

export const lstmF32: Kernel<LstmAttrs> = {
  name: 'lstm_f32_c',
  units: [units],
  reject: ({ outputs }) => (outputs[0]!.dtype === 'float32' ? undefined : 'takes float32'),
  cost: (node) => ({
    work: floatWork(sizesOfNode(node), LSTM_GATES, gatesOf(node.attrs), node.inputs[AT.lengths]),
    constantBytes: 0,
    scratchBytes: 4 * LSTM_GATES * sizesOfNode(node).units,
    calls: [units({})],
  }),
  code(node) {
    const { attrs } = node;
    const fields = {
      sequence: sequenceFields(attrs, sizesOfNode(node), attrs.functions),
      input_forget: attrs.inputForget ? 1 : 0,
      cell_clip: attrs.cellClip,
    };
    return [call(units({}), fields, { inputs: [0, 1, 2, 3, 4, 5, 6, 7], outputs: [0, 1, 2] })];
  },
  updates: [
    { input: AT.hidden, output: 1 },
    { input: AT.cell, output: 2 },
  ],
};

// Of each cell: three gates, the cell's gate, the cell on its way out.
function gatesOf({ functions: [gate, cell, out], inputForget }: LstmAttrs): GateFunction[] {
  return [...(inputForget ? [] : [gate]), gate, gate, cell, out];
}
