import { Random } from '../../src/support/random.ts';
import { constant, float, int8, operator, TYPES } from './file-models.ts';
import type { FileModel, FileOption, FileTensor } from './tflite-writer.ts';

const INPUTS = 5;
const UNITS = 6;
const TANH = 4;

/** Places of the LSTM's inputs that a test may fill or change; the tensors stand in this order. */
export const LSTM_PLACES = { peephole: 9, projection: 16, norm: 20, hidden: 18 } as const;

function random(tensor: FileTensor, source: Random): FileTensor {
  const count = tensor.shape.reduce((a, b) => a * b, 1);
  const value =
    tensor.type === TYPES.float32 ? () => source.real(-1, 1) : () => source.int(-127, 127);
  return constant(tensor, Array.from({ length: count }, value));
}

/** What makes one LSTM file different from the usual one. */
export interface LstmChange {
  readonly steps?: number;
  readonly float?: boolean;
  readonly activation?: number;
  /** An input that is a vector of one value a unit. */
  readonly extra?: number;
  readonly state?: Partial<FileTensor>;
}

/** A UNIDIRECTIONAL_SEQUENCE_LSTM of 6 units over steps of 5 values. */
export function lstmFile(change: LstmChange = {}): FileModel {
  const { steps = 1, activation = TANH } = change;
  const source = new Random(3);
  const quantized = change.float ? float : int8;
  const shaped = (shape: number[], scale: number, zero: number) => quantized(shape, scale, zero);
  const matrix = (columns: number, scale: number) =>
    random(shaped([UNITS, columns], scale, 0), source);
  const bias = () =>
    change.float
      ? random(float([UNITS]), source)
      : random({ type: TYPES.int32, shape: [UNITS] }, source);
  const cell: FileTensor = change.float
    ? float([1, UNITS])
    : { type: TYPES.int16, shape: [1, UNITS], scales: [2 ** -11], zeroPoints: [0] };
  const tensors = [
    shaped([1, steps, INPUTS], 0.02, -5),
    ...[0.004, 0.005, 0.006, 0.004].map((scale) => matrix(INPUTS, scale)),
    ...[0.005, 0.004, 0.006, 0.005].map((scale) => matrix(UNITS, scale)),
    ...Array.from({ length: 4 }, bias),
    { ...shaped([1, UNITS], 2 ** -7, 3), variable: true, ...change.state },
    { ...cell, variable: true },
    shaped([1, steps, UNITS], 2 ** -7, 3),
    random(float([UNITS]), source),
  ];
  const inputs = [0, 1, 2, 3, 4, 5, 6, 7, 8, -1, -1, -1, 9, 10, 11, 12, -1, -1, 13, 14];
  const all = [...inputs, -1, -1, -1, -1].map((id, place) => (place === change.extra ? 16 : id));
  const options: FileOption[] = [
    [0, 'byte', activation],
    [1, 'float', 10],
  ];
  return {
    tensors,
    operators: [operator('UNIDIRECTIONAL_SEQUENCE_LSTM', all, [15], options)],
    inputs: [0],
    outputs: [15],
  };
}

/** Two layers of SVDF, the second one on what the first one gives. */
export function svdfFile(kept: 'int8' | 'int16' | 'float32'): FileModel {
  const source = new Random(4);
  const [rank, memory, filters] = [2, 4, 12];
  const isFloat = kept === 'float32';
  const layer = (columns: number): FileTensor[] => {
    const stored = (shape: number[], scale: number): FileTensor =>
      isFloat ? float(shape) : { type: TYPES[kept], shape, scales: [scale], zeroPoints: [0] };
    const narrow = (shape: number[], scale: number) =>
      isFloat ? float(shape) : int8(shape, scale, 0);
    const [state, times] = kept === 'int16' ? [2 ** -10, 2 ** -12] : [2 ** -4, 2 ** -6];
    return [
      random(narrow([filters, columns], 2 ** -6), source),
      random(stored([filters, memory], times), source),
      random(
        isFloat
          ? float([filters / rank])
          : {
              type: TYPES.int32,
              shape: [filters / rank],
              scales: [state * times],
              zeroPoints: [0],
            },
        source,
      ),
      { ...stored([1, filters * memory], state), variable: true },
      isFloat ? float([1, filters / rank]) : int8([1, filters / rank], 2 ** -5, -10),
    ];
  };
  const options: FileOption[] = [[0, 'int', rank]];
  return {
    tensors: [isFloat ? float([1, 7]) : int8([1, 7], 2 ** -5, 4), ...layer(7), ...layer(6)],
    operators: [
      operator('SVDF', [0, 1, 2, 3, 4], [5], options),
      operator('SVDF', [5, 6, 7, 8, 9], [10], options),
    ],
    inputs: [0],
    outputs: [10],
  };
}
