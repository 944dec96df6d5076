import { z } from 'zod';
import type { TypedNode, Value } from '../../ir/types.ts';
import { emptyValue, floats, int32s } from '../../ir/values.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { defineOp } from '../op.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { floatWork, SEQUENCE_F32, sequenceFields } from './float-fields.ts';
import { clipped, dot, gateValue, stepsOfSequence } from './float-gates.ts';
import { rejectFloatSequence } from './float-types.ts';
import { gateFunction, sequence } from './gates.ts';
import type { GateFunction, Sequence } from './gates.ts';
import {
  ONE_STATE_INPUTS as AT,
  oneStateMacs,
  oneStateShapes,
  oneStateSizes,
} from './one-state.ts';

interface RnnAttrs extends Sequence {
  readonly functions: readonly [GateFunction];
}

type RnnNode = TypedNode<RnnAttrs>;

const units = unitFamily({
  name: 'nn_rnn_f32',
  template: 'recurrent/rnn-f32',
  headers: ['nn_gates.h', 'nn_functions.h', 'nn_math.h', 'nn_types.h'],
  struct: struct('nn_rnn_f32_layer', 'Simple recurrent layer in floating point.', {
    sequence: SEQUENCE_F32,
  }),
  parameters: [
    'const nn_float *input, const nn_float *weights, const nn_float *recurrent, const nn_float *bias',
    'const nn_float *hidden, const void *lengths',
    'nn_float *output, nn_float *next_hidden, void *scratch',
  ].join(', '),
});

const portable: Kernel<RnnAttrs> = {
  name: 'rnn_f32_c',
  units: [units],
  reject: () => undefined,
  cost: (node) => ({
    work: floatWork(sizesOfNode(node), 1, node.attrs.functions, node.inputs[AT.lengths]),
    constantBytes: 0,
    scratchBytes: 4 * sizesOfNode(node).units,
    calls: [units({})],
  }),
  code(node) {
    const fields = {
      sequence: sequenceFields(node.attrs, sizesOfNode(node), node.attrs.functions),
    };
    return [call(units({}), fields, { inputs: [0, 1, 2, 3, 4, 5], outputs: [0, 1] })];
  },
  updates: [{ input: AT.hidden, output: 1 }],
};

/**
 * x [batch, time, inputs] (or time first), weights [units, inputs], recurrent weights [units, units],
 * bias [units], hidden state [batch, units] -> output for every step, the hidden state after the last
 * one. Besides: the length of each sequence [batch].
 */
export const rnn = defineOp<RnnAttrs>({
  name: 'rnn',
  summary: 'Simple recurrent layer over a sequence, with its state as input and output',
  attributes: z.strictObject({ ...sequence, functions: z.tuple([gateFunction]) }),
  operands: 'any',
  optional: [AT.lengths],
  inferShapes: (attrs, inputs) => oneStateShapes(attrs, { gates: 1, biases: 1 }, inputs),
  reject: (node) => rejectFloatSequence(node, AT.lengths),
  evaluate,
  macs: (node) => oneStateMacs(node, 1),
  kernels: [portable],
  quantize: 'keep-float',
});

/** Source: https://onnx.ai/onnx/operators/onnx__RNN.html, its equation. */
function evaluate(node: RnnNode, [x, w, r, b, h, lengths]: readonly (Value | undefined)[]) {
  const { attrs } = node;
  const sizes = sizesOfNode(node);
  const values = node.outputs.map(emptyValue);
  const [out, hidden] = values.map(floats);
  hidden!.set(floats(h));
  const [input, weights, recurrent, bias] = [floats(x), floats(w), floats(r), floats(b)];
  const f = Math.fround;
  const next = new Float32Array(sizes.units);
  for (const { batch, from, to } of stepsOfSequence(attrs, sizes, lengths && int32s(lengths))) {
    const state = batch * sizes.units;
    for (let j = 0; j < next.length; j++) {
      const sum = f(dot(input, from, weights, j * sizes.inputs, sizes.inputs) + bias[j]!);
      const back = dot(hidden!, state, recurrent, j * sizes.units, sizes.units);
      next[j] = gateValue(attrs.functions[0], clipped(f(sum + back), attrs.clip));
    }
    hidden!.set(next, state);
    out!.set(next, to);
  }
  return values;
}

function sizesOfNode({ attrs, inputs }: RnnNode) {
  return oneStateSizes(attrs, 1, inputs);
}
