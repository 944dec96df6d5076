import { z } from 'zod';
import { real } from '../attributes.ts';
import { defineOp } from '../op.ts';
import { expectElements, gateFunction, outputShape, sequence } from './gates.ts';
import { LSTM_GATES, LSTM_INPUTS, lstmSizes, sizesOfNode } from './lstm-node.ts';
import type { LstmAttrs } from './lstm-node.ts';
import { lstmKernels } from './lstm.kernels.ts';
import { evaluateLstm } from './lstm.reference.ts';
import { rejectLstm } from './lstm-types.ts';
import { readSequenceLstm } from './lstm.tflite.ts';

/**
 * x [batch, time, inputs] (or time first), weights [4 units, inputs], recurrent weights [4 units,
 * units], bias [4 units], hidden state and cell [batch, units] -> output for every step, hidden state
 * and cell after the last one. Besides: peepholes [3 units] of input, output and forget gate, and
 * the length of each sequence [batch].
 */
export const lstm = defineOp<LstmAttrs>({
  name: 'lstm',
  summary: 'Long short-term memory over a sequence, with its state as input and output',
  attributes: z.strictObject({
    ...sequence,
    inputForget: z.boolean(),
    cellClip: real.min(0),
    functions: z.tuple([gateFunction, gateFunction, gateFunction]),
  }),
  operands: 'any',
  optional: [LSTM_INPUTS.peepholes, LSTM_INPUTS.lengths],
  inferShapes(attrs, inputs) {
    const sizes = lstmSizes(attrs, inputs);
    const [, , , bias, hidden, cell, peepholes, lengths] = inputs;
    expectElements('bias', bias!, LSTM_GATES * sizes.units);
    expectElements('cell', cell!, sizes.batches * sizes.units);
    if (peepholes) expectElements('peephole', peepholes, 3 * sizes.units);
    if (lengths) expectElements('list of lengths', lengths, sizes.batches);
    return [outputShape(attrs, sizes), hidden!.shape, cell!.shape];
  },
  reject: rejectLstm,
  evaluate: evaluateLstm,
  macs: (node) => {
    const { steps, batches, inputs, units } = sizesOfNode(node);
    return steps * batches * LSTM_GATES * units * (inputs + units);
  },
  kernels: lstmKernels,
  quantize: 'keep-float',
  tflite: { UNIDIRECTIONAL_SEQUENCE_LSTM: readSequenceLstm },
});
