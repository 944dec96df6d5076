import type { TypedNode } from '../../ir/types.ts';
import { elements, perTensor } from '../../ir/types.ts';
import { constantValue, int32s } from '../../ir/values.ts';
import { alignUp } from '../../support/bytes.ts';
import { table } from '../constant-array.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { SEQUENCE_MEMBERS, stepsApart } from './gates.ts';
import { lstmF32 } from './lstm-f32.kernel.ts';
import { LSTM_GATES, LSTM_INPUTS as AT, sizesOfNode } from './lstm-node.ts';
import type { LstmAttrs } from './lstm-node.ts';
import { lstmScales } from './lstm-scales.ts';
import { SIGMOID_WORDS } from './sigmoid-table.ts';

const units = unitFamily({
  name: 'nn_lstm_s8',
  template: 'recurrent/lstm-s8',
  headers: ({ dsp }) => ['nn_sigmoid16.h', 'nn_types.h', ...(dsp ? ['nn_rows.h', 'nn_dsp.h'] : [])],
  struct: struct(
    'nn_lstm_s8_layer',
    'Long short-term memory: multipliers of the gates’ sums over the input, then over the hidden state.',
    {
      ...SEQUENCE_MEMBERS,
      input_zero: 'int32_t',
      hidden_zero: 'int32_t',
      multiplier: ['int32_t', 2 * LSTM_GATES],
      shift: ['int32_t', 2 * LSTM_GATES],
      product_multiplier: ['int32_t', 3],
      product_shift: ['int32_t', 3],
      tanh_multiplier: 'int32_t',
      tanh_shift: 'int32_t',
      cell_clip: 'int32_t',
      sigmoids: 'const uint32_t *',
    },
  ),
  parameters: [
    'const int8_t *input, const int8_t *weights, const int8_t *recurrent, const int32_t *bias',
    'const int8_t *hidden, const void *cell',
    'int8_t *output, int8_t *next_hidden, void *next_cell, void *scratch',
  ].join(', '),
  axes: { dsp: { false: '', true: '_dsp' } },
});

type LstmNode = TypedNode<LstmAttrs>;

/** Sums that are doubled before they are requantized (nn_dsp.h, nn_requantize_double_dsp). */
const LIMIT = 2 ** 30;

function kernel(dsp: boolean): Kernel<LstmAttrs> {
  return {
    name: dsp ? 'lstm_s8_dsp' : 'lstm_s8_c',
    units: [units],
    reject(node, { target }) {
      if (node.outputs[0]!.dtype !== 'int8') return 'takes int8';
      if (!dsp) return undefined;
      return target.dsp ? rejectSums(node) : 'needs the DSP extension';
    },
    cost: (node) => ({
      work: dsp ? dspWork(node) : portableWork(node),
      constantBytes: SIGMOID_WORDS.byteLength,
      scratchBytes: scratchBytes(node, dsp),
      calls: [units({ dsp })],
    }),
    code(node) {
      const sizes = sizesOfNode(node);
      const scales = lstmScales(node);
      const gates = [...scales.input, ...scales.recurrent];
      const products = [scales.forget, scales.update, scales.output];
      const fields = {
        ...sizes,
        ...stepsApart(node.attrs, sizes),
        input_zero: perTensor(node.inputs[AT.x]!).zeroPoint,
        hidden_zero: perTensor(node.inputs[AT.hidden]!).zeroPoint,
        multiplier: gates.map(({ multiplier }) => multiplier),
        shift: gates.map(({ shift }) => shift),
        product_multiplier: products.map(({ multiplier }) => multiplier),
        product_shift: products.map(({ shift }) => shift),
        tanh_multiplier: scales.tanh.multiplier,
        tanh_shift: scales.tanh.shift,
        cell_clip: scales.cellClip,
        sigmoids: table('sigmoids', SIGMOID_WORDS),
      };
      return [call(units({ dsp }), fields, { inputs: [0, 1, 2, 3, 4, 5], outputs: [0, 1, 2] })];
    },
    updates: [
      { input: AT.hidden, output: 1 },
      { input: AT.cell, output: 2 },
    ],
  };
}

export const lstmKernels: readonly Kernel<LstmAttrs>[] = [kernel(true), kernel(false), lstmF32];

// Two steps' inputs and the hidden state in 16 bits, two steps' gates; or one step's gates alone.
function scratchBytes(node: LstmNode, dsp: boolean): number {
  const { inputs, units: cells } = sizesOfNode(node);
  const gates = 2 * LSTM_GATES * cells;
  return dsp ? 2 * (2 * alignUp(inputs, 4) + alignUp(cells, 4)) + 2 * gates : gates;
}

function portableWork(node: LstmNode) {
  const { steps, batches, inputs, units: cells } = sizesOfNode(node);
  const outputs = elements(node.outputs[0]!);
  return { macs: LSTM_GATES * outputs * (inputs + cells), cells: outputs, steps: steps * batches };
}

// The input by two rows and steps at a time, the hidden state by four rows, or one in their place.
function dspWork(node: LstmNode) {
  const { steps, batches, inputs, units: cells } = sizesOfNode(node);
  const pairs = LSTM_GATES * alignUp(cells, 2);
  const fours = 4 * LSTM_GATES * (Math.floor(cells / 4) + (cells % 4));
  const all = steps * batches;
  const twos = batches * alignUp(steps, 2);
  return {
    inputs: twos * pairs * (inputs - (inputs % 4)),
    recurrent: all * fours * (cells - (cells % 4)),
    singles: twos * pairs * (inputs % 4) + all * fours * (cells % 4),
    pairs: (twos * pairs) / 4,
    fours: (all * fours) / 4,
    cells: all * cells,
    steps: all,
  };
}

function rejectSums(node: LstmNode): string | undefined {
  const { input, recurrent, forget, update, output } = lstmScales(node);
  const left = [...input, ...recurrent, forget, update, output].find(
    ({ shift }) => shift > 0 || shift < -31,
  );
  if (left) return `a requantization shift is ${left.shift}, outside -31 to 0`;
  const { inputs, units: cells } = sizesOfNode(node);
  const bias = int32s(constantValue(node.inputs[AT.bias]!));
  const largest = bias.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const bound = largest + 255 * 128 * Math.max(inputs, cells);
  return bound < LIMIT ? undefined : `a sum may reach ${bound}, beyond ${LIMIT}`;
}
