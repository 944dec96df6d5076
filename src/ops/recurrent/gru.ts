import { z } from 'zod';
import type { TypedNode, Value } from '../../ir/types.ts';
import { emptyValue, floats, int32s } from '../../ir/values.ts';
import { defineOp } from '../op.ts';
import { clipped, dot, gateValue, stepsOfSequence } from './float-gates.ts';
import { rejectFloatSequence } from './float-types.ts';
import { gateFunction, sequence } from './gates.ts';
import { GRU_GATES, gruKernels } from './gru.kernel.ts';
import type { GruAttrs } from './gru.kernel.ts';
import {
  ONE_STATE_INPUTS as AT,
  oneStateMacs,
  oneStateShapes,
  oneStateSizes,
} from './one-state.ts';

/**
 * x [batch, time, inputs] (or time first), weights [3 units, inputs], recurrent weights [3 units, units]
 * of update, reset and hidden gate, biases [6 units] of the one, then of the other, hidden state
 * [batch, units] -> output for every step, the hidden state after the last one. Besides: the length of
 * each sequence [batch].
 */
export const gru = defineOp<GruAttrs>({
  name: 'gru',
  summary: 'Gated recurrent unit over a sequence, with its state as input and output',
  attributes: z.strictObject({
    ...sequence,
    linearBeforeReset: z.boolean(),
    functions: z.tuple([gateFunction, gateFunction]),
  }),
  operands: 'any',
  optional: [AT.lengths],
  inferShapes: (attrs, inputs) => oneStateShapes(attrs, { gates: GRU_GATES, biases: 6 }, inputs),
  reject: (node) => rejectFloatSequence(node, AT.lengths),
  evaluate,
  macs: (node) => oneStateMacs(node, GRU_GATES),
  kernels: gruKernels,
  quantize: 'keep-float',
});

/** Source: https://onnx.ai/onnx/operators/onnx__GRU.html, its equations. */
function evaluate(
  node: TypedNode<GruAttrs>,
  [x, w, r, b, h, lengths]: readonly (Value | undefined)[],
): Value[] {
  const { attrs } = node;
  const sizes = oneStateSizes(attrs, GRU_GATES, node.inputs);
  const { inputs, units } = sizes;
  const values = node.outputs.map(emptyValue);
  const [out, hidden] = values.map(floats);
  hidden!.set(floats(h));
  const [input, weights, recurrent, bias] = [floats(x), floats(w), floats(r), floats(b)];
  const f = Math.fround;
  const gates = new Float32Array(2 * units);
  const reset = new Float32Array(units);
  const next = new Float32Array(units);
  const share = (row: number, from: number) =>
    f(dot(input, from, weights, row * inputs, inputs) + bias[row]!);
  const back = (row: number, state: Float32Array, from: number) =>
    f(dot(state, from, recurrent, row * units, units) + bias[3 * units + row]!);
  const through = (which: 0 | 1, sum: number) =>
    gateValue(attrs.functions[which], clipped(sum, attrs.clip));
  for (const { batch, from, to } of stepsOfSequence(attrs, sizes, lengths && int32s(lengths))) {
    const state = batch * units;
    for (let row = 0; row < 2 * units; row++)
      gates[row] = through(0, f(share(row, from) + back(row, hidden!, state)));
    for (let j = 0; j < units; j++) reset[j] = f(gates[units + j]! * hidden![state + j]!);
    for (let j = 0; j < units; j++) {
      const row = 2 * units + j;
      const other = attrs.linearBeforeReset
        ? f(gates[units + j]! * back(row, hidden!, state))
        : back(row, reset, 0);
      const fresh = through(1, f(share(row, from) + other));
      next[j] = f(f(f(1 - gates[j]!) * fresh) + f(gates[j]! * hidden![state + j]!));
    }
    hidden!.set(next, state);
    out!.set(next, to);
  }
  return values;
}
