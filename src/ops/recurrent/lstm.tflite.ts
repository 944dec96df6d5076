import type { TfliteOperator, TfliteTensor } from '../../formats/tflite/records.ts';
import type { TensorType } from '../../ir/types.ts';
import { concatBytes } from '../../support/bytes.ts';
import { Unsupported } from '../op.ts';
import type { MadeConstant, Read } from '../op.ts';
import { SIGMOID, TANH } from './gates.ts';
import type { LstmAttrs } from './lstm-node.ts';

/** Inputs of TFLite's operator. Source: tensorflow/lite/micro/kernels/lstm_shared.h. */
const INPUTS = 24;
const WEIGHTS = [1, 2, 3, 4];
const RECURRENT = [5, 6, 7, 8];
const BIASES = [12, 13, 14, 15];
const HIDDEN = 18;
const CELL = 19;
const REFUSED = [
  { places: [9, 10, 11], what: 'peephole connections' },
  { places: [16, 17], what: 'a projection' },
  { places: [20, 21, 22, 23], what: 'layer normalization' },
] as const;
const TANH_CODE = 4;

/**
 * The four matrices of a kind become one. Refuses what TFLite Micro's Prepare refuses
 * (unidirectional_sequence_lstm.cc; lstm_eval.cc, ValidateTensorStatus).
 */
export function readSequenceLstm({ options, inputs }: TfliteOperator): Read<LstmAttrs> {
  if (inputs.length !== INPUTS)
    throw new Unsupported(`it has ${inputs.length} inputs, not ${INPUTS}`);
  for (const { places, what } of REFUSED)
    if (places.some((place) => inputs[place])) throw new Unsupported(`it has ${what}`);
  if (options.byte(0) !== TANH_CODE)
    throw new Unsupported(`its cell gate has the activation of code ${options.byte(0)}, not tanh`);
  // Projections are clipped where there are some; inputs of int8 weights are quantized on the way in
  // hybrid layers, which are refused by their types.
  options.float(2);
  options.bool(4);
  if (options.bool(5)) throw new Unsupported('its recurrent weights are diagonal');
  const joined = (places: readonly number[], name: string) =>
    joinGates(
      places.map((place) => inputs[place]),
      name,
    );
  return {
    attrs: {
      ...{ timeMajor: options.bool(3), reverse: false, clip: 0, inputForget: false },
      cellClip: options.float(1),
      functions: [SIGMOID, TANH, TANH],
    },
    keep: [
      0,
      joined(WEIGHTS, 'weights'),
      joined(RECURRENT, 'recurrent weights'),
      joined(BIASES, 'bias'),
      HIDDEN,
      CELL,
    ],
    states: [HIDDEN, CELL],
  };
}

// One tensor of the rows of four, with a scale for each row where they have scales.
function joinGates(gates: readonly (TfliteTensor | undefined)[], what: string): MadeConstant {
  const parts = gates.map((gate) => {
    if (!gate) throw new Unsupported(`its ${what} are not there for every gate`);
    if (!gate.data) throw new Unsupported(`its ${what} "${gate.name}" are not constant`);
    return { ...gate, data: gate.data };
  });
  const [first] = parts;
  const unlike = parts.find(
    ({ dtype, shape }) => dtype !== first!.dtype || String(shape) !== String(first!.shape),
  );
  if (unlike)
    throw new Unsupported(`its ${what} "${unlike.name}" differ from those of another gate`);
  const several = parts.find(({ quant }) => quant && quant.scales.length > 1);
  if (several) throw new Unsupported(`its ${what} "${several.name}" have a scale per channel`);
  const [rows = 1, ...rest] = first!.shape;
  const type: TensorType = { dtype: first!.dtype, shape: [parts.length * rows, ...rest] };
  const quants = parts.map(({ quant }) => quant);
  const scaled = type.dtype === 'int8' && quants.every((quant) => quant !== undefined);
  const perRow = (value: (gate: number) => number) =>
    parts.flatMap((_, gate) => Array<number>(rows).fill(value(gate)));
  const quant = scaled && {
    scales: perRow((gate) => quants[gate]!.scales[0]!),
    zeroPoints: perRow((gate) => quants[gate]!.zeroPoints[0]!),
    axis: 0,
  };
  return {
    name: `${first!.name} and others`,
    type: { ...type, ...(quant && { quant }) },
    data: concatBytes(parts.map(({ data }) => data)),
  };
}
