import type { TensorId, TensorType } from '../../ir/types.ts';
import { bytesOf } from '../../support/bytes.ts';
import { Unsupported } from '../op.ts';
import type { Op } from '../op.ts';
import { SIGMOID, TANH } from '../recurrent/gates.ts';
import type { GateFunction, GateFunctionName, Sequence } from '../recurrent/gates.ts';
import { gru } from '../recurrent/gru.ts';
import { lstm } from '../recurrent/lstm.ts';
import { rnn } from '../recurrent/rnn.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { cut } from './movement.ts';
import type { OnnxValue } from './value.ts';

export const RECURRENT_READERS: OnnxReaders = { LSTM: readLstm, GRU: readGru, RNN: readRnn };

const FLOAT = { dtype: 'float32' } as const;

/** By the names of ONNX in small letters, with what alpha and beta are where nothing is said. */
const FUNCTIONS: Readonly<Record<string, readonly [GateFunctionName, number, number]>> = {
  sigmoid: ['sigmoid', 0, 0],
  tanh: ['tanh', 0, 0],
  relu: ['relu', 0, 0],
  affine: ['affine', 1, 0],
  leakyrelu: ['leaky_relu', 0.01, 0],
  thresholdedrelu: ['thresholded_relu', 1, 0],
  scaledtanh: ['scaled_tanh', 1, 1],
  hardsigmoid: ['hard_sigmoid', 0.2, 0.5],
  elu: ['elu', 1, 0],
  softsign: ['softsign', 0, 0],
  softplus: ['softplus', 0, 0],
};
const WITH_ALPHA = 'affine leakyrelu thresholdedrelu scaledtanh hardsigmoid elu'.split(' ');
const WITH_BETA = ['affine', 'scaledtanh', 'hardsigmoid'];

/** Rows of the gates i o f c, in the order in which a node has them: i f c o. */
const LSTM_ORDER = [0, 2, 3, 1];

/** One direction of a layer: what it reads, in the order of the operators' inputs, and how. */
interface Direction {
  readonly m: Algebra;
  readonly attrs: Sequence;
  readonly functions: readonly GateFunction[];
  readonly x: TensorId;
  readonly weights: OnnxValue;
  readonly recurrent: OnnxValue;
  /** Those of the weights, then those of the recurrent weights. */
  readonly bias: OnnxValue;
  readonly lengths: TensorId | undefined;
  readonly units: number;
  /** A state at the start: input number `position` of this direction, or zeros. */
  state(position: number): TensorId;
  /** An input with a row for each direction; undefined where it is left out. */
  own(position: number): OnnxValue | undefined;
}

function readLstm(call: OnnxCall): readonly OnnxValue[] {
  const inputForget = call.number('input_forget', 0) !== 0;
  return readDirections(call, 4, [SIGMOID, TANH, TANH], (d) => {
    const [gate, cell, out] = d.functions;
    const attrs = {
      ...d.attrs,
      inputForget,
      cellClip: 0,
      functions: [gate!, cell!, out!] as const,
    };
    const ordered = (value: OnnxValue) => inOrder(d, value, LSTM_ORDER);
    const inputs = [
      ...[d.x, ordered(d.weights).natural(), ordered(d.recurrent).natural()],
      ordered(summed(d)).natural(),
      ...[d.state(5), d.state(6), d.own(7)?.natural(), d.lengths],
    ];
    return emitTyped(d.m, lstm, attrs, inputs, 3);
  });
}

function readGru(call: OnnxCall): readonly OnnxValue[] {
  const linearBeforeReset = call.number('linear_before_reset', 0) !== 0;
  return readDirections(call, 3, [SIGMOID, TANH], (d) => {
    const [gate, hidden] = d.functions;
    const attrs = { ...d.attrs, linearBeforeReset, functions: [gate!, hidden!] as const };
    const weights = [d.weights, d.recurrent, d.bias].map((value) => value.natural());
    return emitTyped(d.m, gru, attrs, [d.x, ...weights, d.state(5), d.lengths], 2);
  });
}

function readRnn(call: OnnxCall): readonly OnnxValue[] {
  return readDirections(call, 1, [TANH], (d) => {
    const attrs = { ...d.attrs, functions: [d.functions[0]!] as const };
    const weights = [d.weights, d.recurrent, summed(d)].map((value) => value.natural());
    return emitTyped(d.m, rnn, attrs, [d.x, ...weights, d.state(5), d.lengths], 2);
  });
}

/**
 * The outputs of a layer, one direction after the other: of every step, and the states after the last
 * one. Source: https://onnx.ai/onnx/operators/onnx__LSTM.html.
 */
function readDirections(
  call: OnnxCall,
  gates: number,
  usual: readonly GateFunction[],
  layer: (direction: Direction) => readonly TensorId[],
): readonly OnnxValue[] {
  const m = new Algebra(call.emitter);
  const which = call.choice('direction', ['forward', 'reverse', 'bidirectional'], 'forward');
  const reversals = { forward: [false], reverse: [true], bidirectional: [false, true] }[which];
  const batchFirst = call.number('layout', 0) !== 0;
  const [x, w, r] = [call.input(0), call.input(1), call.input(2)];
  if (x.rank !== 3 || w.rank !== 3 || r.rank !== 3)
    throw new Unsupported('its input or weights do not have three dimensions');
  const units = call.number('hidden_size', r.shape[2]!);
  call.ignore('output_sequence');
  if (units !== r.shape[2] || [w, r].some(({ shape }) => shape[0] !== reversals.length))
    throw new Unsupported(`its weights are not those of ${units} units, ${reversals.length} times`);
  const [steps, batches] = batchFirst ? [x.shape[1]!, x.shape[0]!] : [x.shape[0]!, x.shape[1]!];
  const functions = readFunctions(call, usual, reversals.length);
  const clip = call.number('clip', 0);
  const lengths = call.inputs[4] && m.cast(call.inputs[4], 'int32').natural();
  const results = reversals.map((reverse, d) => {
    const own = (position: number) => {
      const value = call.inputs[position];
      return value && rowOf(value, d, 0);
    };
    const state = (position: number) => {
      const value = call.inputs[position];
      if (value) return rowOf(value, d, batchFirst ? 1 : 0).natural();
      return zeros(call, [batches, units]).natural();
    };
    return layer({
      m,
      attrs: { timeMajor: !batchFirst, reverse, clip },
      ...{ functions: functions[d]!, x: x.natural(), lengths, units, state, own },
      weights: rowOf(w, d, 0),
      recurrent: rowOf(r, d, 0),
      bias: own(3) ?? zeros(call, [2 * gates * units]),
    });
  });
  return results[0]!.map((_, output) => {
    const parts = results.map((tensors) => call.natural(tensors[output]!));
    // Directions stand before the batch: [steps, d, batch, units]; or after it, where that is first.
    const shape =
      output === 0
        ? batchFirst
          ? [batches, steps, 1, units]
          : [steps, 1, batches, units]
        : batchFirst
          ? [batches, 1, units]
          : [1, batches, units];
    const apart = parts.map((part) => part.reshaped(shape));
    return apart.length === 1 ? apart[0]! : m.concat(apart, directionsAt(output, batchFirst));
  });
}

// The axis of directions in an output.
function directionsAt(output: number, batchFirst: boolean): number {
  if (output === 0) return batchFirst ? 2 : 1;
  return batchFirst ? 1 : 0;
}

function zeros(call: OnnxCall, shape: readonly number[]): OnnxValue {
  const size = call.emitter.reserve(shape.reduce((a, b) => a * b, 1));
  const data = bytesOf(new Float32Array(size));
  return call.natural(call.emitter.constant('zeros', { ...FLOAT, shape }, data));
}

// One place along an axis, which goes.
function rowOf(value: OnnxValue, at: number, axis: number): OnnxValue {
  const shape = value.shape.filter((_, i) => i !== axis);
  return (value.shape[axis] === 1 ? value : part(value, axis, at, 1)).reshaped(shape);
}

function part(value: OnnxValue, axis: number, start: number, count: number): OnnxValue {
  return cut(value, [{ axis, start, step: 1, count }]);
}

// Gates, each `units` rows, in another order.
function inOrder({ m, units }: Direction, value: OnnxValue, order: readonly number[]): OnnxValue {
  return m.concat(
    order.map((gate) => part(value, 0, gate * units, units)),
    0,
  );
}

// Both biases together.
function summed({ m, bias }: Direction): OnnxValue {
  const half = bias.shape[0]! / 2;
  return m.add(part(bias, 0, 0, half), part(bias, 0, half, half));
}

function readFunctions(
  call: OnnxCall,
  usual: readonly GateFunction[],
  directions: number,
): GateFunction[][] {
  const names = call.texts('activations');
  const [alphas, betas] = [
    [...(call.list('activation_alpha') ?? [])],
    [...(call.list('activation_beta') ?? [])],
  ];
  if (!names) return Array.from({ length: directions }, () => [...usual]);
  const functions = names.map((name): GateFunction => {
    const known = name.toLowerCase();
    const found = Object.hasOwn(FUNCTIONS, known) ? FUNCTIONS[known] : undefined;
    if (!found) throw new Unsupported(`its activation is "${name}"`);
    const alpha = WITH_ALPHA.includes(known) ? (alphas.shift() ?? found[1]) : found[1];
    const beta = WITH_BETA.includes(known) ? (betas.shift() ?? found[2]) : found[2];
    return { name: found[0], alpha, beta };
  });
  if (functions.length !== directions * usual.length)
    throw new Unsupported(`it has ${functions.length} activations`);
  return Array.from({ length: directions }, (_, d) =>
    functions.slice(d * usual.length, (d + 1) * usual.length),
  );
}

function emitTyped<Attrs>(
  { emitter }: Algebra,
  op: Op<Attrs>,
  attrs: NoInfer<Attrs>,
  inputs: readonly (TensorId | undefined)[],
  outputs: number,
): TensorId[] {
  const types = Array.from({ length: outputs }, (): Omit<TensorType, 'shape'> => FLOAT);
  return emitter.emit(op, attrs, inputs, types);
}
