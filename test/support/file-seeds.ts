import { constant, float, int8, ints, oneOperator, operator, TYPES, uint8 } from './file-models.ts';
import type { Random } from '../../src/support/random.ts';
import type { Maker } from './file-makers.ts';
import { FLOAT_MAKERS } from './float-files.ts';
import { lstmFile, svdfFile } from './recurrent-files.ts';
import { streamingModel } from './streaming-model.ts';
import type { FileModel, FileOption, FileTensor } from './tflite-writer.ts';
import { UINT8_MAKERS } from './uint8-files.ts';

const window: readonly FileOption[] = [
  [0, 'byte', 0],
  [1, 'int', 1],
  [2, 'int', 1],
];
const pool: readonly FileOption[] = [...window, [3, 'int', 2], [4, 'int', 2]];
const bias = (channels: number): FileTensor =>
  constant({ type: TYPES.int32, shape: [channels], scales: [0.0625], zeroPoints: [0] }, [9, -40]);
const weights = (shape: readonly number[], axis: number): FileTensor => ({
  ...constant(int8(shape, 0.125, 0), [3, -7, 1, 12, -2]),
  axis,
});
const PLANE = [1, 3, 4, 2];

const makers: readonly Maker[] = [
  ...Object.values({ ...FLOAT_MAKERS, ...UINT8_MAKERS }),
  (random) => lstmFile({ float: random.chance(0.5), steps: random.int(1, 3) }),
  (random) => svdfFile(random.pick(['int8', 'int16', 'float32'])),
  () => streamingModel(),
];

/** What mutations start from: one of the models below, or one of those that are compared with LiteRT. */
export function seedModel(random: Random): FileModel {
  return random.chance(0.4) ? random.pick(SEEDS) : random.pick(makers)(random);
}

/** Small models that are right, by operator, most of them in int8. */
export const SEEDS: readonly FileModel[] = [
  oneOperator(
    'CONV_2D',
    [int8(PLANE), weights([4, 2, 2, 2], 0), bias(4)],
    [int8([1, 3, 4, 4], 0.75)],
    window,
  ),
  oneOperator(
    'DEPTHWISE_CONV_2D',
    [int8(PLANE), weights([1, 2, 2, 4], 3), bias(4)],
    [int8([1, 3, 4, 4], 0.75)],
    [...window, [3, 'int', 2]],
  ),
  oneOperator('FULLY_CONNECTED', [int8([2, 6]), weights([3, 6], 0), bias(3)], [int8([2, 3], 0.75)]),
  oneOperator(
    'CONV_2D',
    [float(PLANE), constant(float([4, 2, 2, 2]), [0.5, -0.25]), constant(float([4]))],
    [float([1, 3, 4, 4])],
    window,
  ),
  oneOperator(
    'FULLY_CONNECTED',
    [float([2, 6]), constant(float([3, 6]), [0.5, -1])],
    [float([2, 3])],
  ),
  oneOperator('MAX_POOL_2D', [int8(PLANE)], [int8(PLANE)], pool),
  oneOperator('AVERAGE_POOL_2D', [float(PLANE)], [float(PLANE)], pool),
  oneOperator('ADD', [int8(PLANE), int8([4, 1], 0.25, 0)], [int8(PLANE, 0.75)]),
  oneOperator('SUB', [float(PLANE), constant(float([]), [-0])], [float(PLANE)]),
  oneOperator('MUL', [int8(PLANE), int8(PLANE, 0.25)], [int8(PLANE, 0.125)]),
  oneOperator('PRELU', [int8(PLANE), constant(int8([2], 0.0625))], [int8(PLANE)]),
  oneOperator('MEAN', [int8(PLANE), ints(1, 2)], [int8([1, 1, 1, 2], 0.25)], [[0, 'byte', 1]]),
  oneOperator('SOFTMAX', [int8([2, 5])], [int8([2, 5], 1 / 256, -128)], [[0, 'float', 1]]),
  oneOperator('LOG_SOFTMAX', [float([2, 5])], [float([2, 5])]),
  oneOperator('LOGISTIC', [uint8([7])], [uint8([7], 1 / 256, 0)]),
  oneOperator('TANH', [float([7])], [float([7])]),
  oneOperator('HARD_SWISH', [int8([7])], [int8([7], 0.25)]),
  oneOperator('LEAKY_RELU', [int8([7])], [int8([7], 0.25)], [[0, 'float', 0.25]]),
  oneOperator('RELU6', [uint8([7])], [uint8([7], 0.03)]),
  oneOperator('RESHAPE', [int8(PLANE), ints(-1, 6)], [int8([4, 6])], [[0, 'ints', [4, 6]]]),
  oneOperator('SQUEEZE', [float([1, 3, 1])], [float([3, 1])], [[0, 'ints', [0]]]),
  oneOperator('EXPAND_DIMS', [float([3]), ints(1)], [float([3, 1])]),
  oneOperator('TRANSPOSE', [int8(PLANE), ints(0, 3, 1, 2)], [int8([1, 2, 3, 4])]),
  oneOperator('CONCATENATION', [int8([1, 2]), int8([1, 3])], [int8([1, 5])], [[0, 'int', 1]]),
  oneOperator('SPLIT', [ints(1), float([1, 4])], [float([1, 2]), float([1, 2])], [[0, 'int', 2]]),
  oneOperator('SLICE', [int8(PLANE), ints(0, 1, 0, 0), ints(1, 2, -1, 1)], [int8([1, 2, 4, 1])]),
  oneOperator(
    'STRIDED_SLICE',
    [int8(PLANE), ints(0, 0, 3, 0), ints(1, 3, 0, 1), ints(1, 2, -1, 1)],
    [int8([1, 2, 3])],
    [[4, 'int', 8]],
  ),
  oneOperator(
    'PADV2',
    [int8([2, 2]), constant({ type: TYPES.int32, shape: [2, 2] }, [1, 0]), constant(int8([]), [5])],
    [int8([3, 3])],
  ),
  oneOperator('RESIZE_BILINEAR', [int8(PLANE), ints(5, 3)], [int8([1, 5, 3, 2])], [[3, 'byte', 1]]),
  oneOperator('RESIZE_NEAREST_NEIGHBOR', [int8(PLANE), ints(5, 3)], [int8([1, 5, 3, 2])]),
  oneOperator('DEPTH_TO_SPACE', [float([1, 2, 2, 4])], [float([1, 4, 4, 1])], [[0, 'int', 2]]),
  oneOperator('SPACE_TO_DEPTH', [int8([1, 2, 2, 1])], [int8([1, 1, 1, 4])], [[0, 'int', 2]]),
  oneOperator('QUANTIZE', [float([9])], [int8([9])]),
  oneOperator('DEQUANTIZE', [uint8([9])], [float([9])]),
  {
    tensors: [float([1, 2, 3]), ints(), ints(), ints(1), ints(2), float([2, 3])].map((tensor, i) =>
      i === 1
        ? { type: TYPES.int32, shape: [3] }
        : i === 2
          ? { type: TYPES.int32, shape: [2] }
          : tensor,
    ),
    operators: [
      operator('SHAPE', [0], [1], [[0, 'byte', TYPES.int32]]),
      operator('SLICE', [1, 3, 4], [2]),
      operator('RESHAPE', [0, 2], [5]),
    ],
    inputs: [0],
    outputs: [5],
  },
];
