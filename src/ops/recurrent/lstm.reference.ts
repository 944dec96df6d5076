import type { TypedNode, Value } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { emptyValue, floats, int32s, int8s } from '../../ir/values.ts';
import { clamp, multiplyByQuantizedMultiplier } from '../../support/fixed-point.ts';
import type { Multiplier } from '../../support/fixed-point.ts';
import { clipped, dot, gateValue, stepsOfSequence } from './float-gates.ts';
import { lstmScales } from './lstm-scales.ts';
import type { LstmAttrs } from './lstm-node.ts';
import { LSTM_GATES, sizesOfNode } from './lstm-node.ts';
import { sigmoid16, tanh16, tanhScale } from './sigmoid-table.ts';

type Operands = readonly (Value | undefined)[];

export function evaluateLstm(node: TypedNode<LstmAttrs>, inputs: Operands): Value[] {
  return node.outputs[0]!.dtype === 'float32' ? lstmF32(node, inputs) : lstmS8(node, inputs);
}

/** Source: tensorflow/lite/micro/kernels/lstm_eval.h, LstmStep, on int8 with a cell of 16 bits. */
function lstmS8(node: TypedNode<LstmAttrs>, [x, w, r, b, h, c]: Operands): Value[] {
  const { inputs, units } = sizesOfNode(node);
  const scales = lstmScales(node);
  const values = node.outputs.map(emptyValue);
  const [out, hidden, cell] = values.map(({ data }) => data as Int8Array | Int16Array);
  hidden!.set(int8s(h));
  cell!.set(c!.data as Int16Array);
  const [input, weights, recurrent, bias] = [int8s(x), int8s(w), int8s(r), int32s(b)];
  const zeros = [perTensor(x!.type), perTensor(h!.type)].map(({ zeroPoint }) => zeroPoint);
  const scaled = (value: number, by: Multiplier) =>
    multiplyByQuantizedMultiplier(value | 0, by, 'double');
  const gates = new Int16Array(LSTM_GATES * units);
  for (const { batch, from, to } of stepsOfSequence(node.attrs, sizesOfNode(node))) {
    const state = batch * units;
    for (let row = 0; row < gates.length; row++) {
      const gate = Math.floor(row / units);
      let sum = bias[row]!;
      for (let k = 0; k < inputs; k++)
        sum += (input[from + k]! - zeros[0]!) * weights[row * inputs + k]!;
      let back = 0;
      for (let k = 0; k < units; k++)
        back += (hidden![state + k]! - zeros[1]!) * recurrent[row * units + k]!;
      const parts = [scaled(sum, scales.input[gate]!), scaled(back, scales.recurrent[gate]!)];
      const total = clamp16(clamp16(parts[0]!) + clamp16(parts[1]!));
      gates[row] = gate === 2 ? tanh16(total, tanhScale(12)) : sigmoid16(total);
    }
    for (let j = 0; j < units; j++) {
      const [i, f, g, o] = [0, 1, 2, 3].map((gate) => gates[gate * units + j]!);
      const kept = clamp16(scaled(f! * cell![state + j]!, scales.forget));
      let next = clamp16(kept + clamp16(scaled(i! * g!, scales.update)));
      if (scales.cellClip > 0) next = clamp(next, -scales.cellClip, scales.cellClip);
      cell![state + j] = next;
      const shown = scaled(tanh16(next, scales.tanh) * o!, scales.output);
      hidden![state + j] = clamp(shown + zeros[1]!, -128, 127);
      out![to + j] = hidden![state + j]!;
    }
  }
  return values;
}

function clamp16(value: number): number {
  return clamp(value, -32768, 32767);
}

/**
 * Source: lstm_eval.h, LstmStep, on floats, with what ONNX's LSTM has besides
 * (https://onnx.ai/onnx/operators/onnx__LSTM.html).
 */
function lstmF32(node: TypedNode<LstmAttrs>, [x, w, r, b, h, c, p, lengths]: Operands): Value[] {
  const { attrs } = node;
  const { inputs, units } = sizesOfNode(node);
  const values = node.outputs.map(emptyValue);
  const [out, hidden, cell] = values.map(floats);
  hidden!.set(floats(h));
  cell!.set(floats(c));
  const [input, weights, recurrent, bias] = [floats(x), floats(w), floats(r), floats(b)];
  const peepholes = p && floats(p);
  const f = Math.fround;
  const sums = new Float32Array(LSTM_GATES * units);
  const finish = (row: number, peephole: number, cellValue: number, which: 0 | 1) => {
    const seen = peepholes ? f(sums[row]! + f(peepholes[peephole]! * cellValue)) : sums[row]!;
    return gateValue(attrs.functions[which], clipped(seen, attrs.clip));
  };
  const valid = lengths && int32s(lengths);
  for (const { batch, from, to } of stepsOfSequence(attrs, sizesOfNode(node), valid)) {
    const state = batch * units;
    for (let row = 0; row < sums.length; row++) {
      const sum = f(dot(input, from, weights, row * inputs, inputs) + bias[row]!);
      sums[row] = f(sum + dot(hidden!, state, recurrent, row * units, units));
    }
    for (let j = 0; j < units; j++) {
      const before = cell![state + j]!;
      const open = finish(j, j, before, 0);
      const forget = attrs.inputForget ? f(1 - open) : finish(units + j, 2 * units + j, before, 0);
      const gate = gateValue(attrs.functions[1], clipped(sums[2 * units + j]!, attrs.clip));
      const next = clipped(f(f(forget * before) + f(open * gate)), attrs.cellClip);
      cell![state + j] = next;
      const shown = finish(3 * units + j, units + j, next, 0);
      hidden![state + j] = f(gateValue(attrs.functions[2], next) * shown);
      out![to + j] = hidden![state + j]!;
    }
  }
  return values;
}
