import { describe, expect, it } from 'vitest';
import { constant, float, int8, oneOperator, TYPES } from '../support/file-models.ts';
import { problemOf } from '../support/import-problems.ts';
import type { FileModel, FileOption, FileTensor } from '../support/tflite-writer.ts';

const conv: readonly FileOption[] = [
  [0, 'byte', 1],
  [1, 'int', 1],
  [2, 'int', 1],
];

interface Layer {
  readonly name: string;
  readonly axis: number;
  /** Another axis of the weights that has more than one element. */
  readonly other: number;
  readonly input: readonly number[];
  readonly weights: readonly number[];
  readonly output: readonly number[];
  readonly options: readonly FileOption[];
}

const LAYERS: readonly Layer[] = [
  {
    name: 'CONV_2D',
    axis: 0,
    other: 3,
    ...shapes([1, 3, 3, 2], [4, 1, 1, 2], [1, 3, 3, 4]),
    options: conv,
  },
  {
    name: 'DEPTHWISE_CONV_2D',
    axis: 3,
    other: 1,
    ...shapes([1, 3, 3, 2], [1, 2, 1, 4], [1, 2, 3, 4]),
    options: [...conv, [3, 'int', 2]],
  },
  { name: 'FULLY_CONNECTED', axis: 0, other: 1, ...shapes([1, 6], [4, 6], [1, 4]), options: [] },
];

function shapes(input: number[], weights: number[], output: number[]) {
  return { input, weights, output };
}

/** A layer in int8, or float, with some of its tensors changed. */
function layerModel(
  layer: Layer,
  change: { weights?: Partial<FileTensor>; bias?: Partial<FileTensor>; float?: boolean } = {},
): FileModel {
  const { name, options } = layer;
  const bias = { shape: [4], ...change.bias };
  if (change.float) {
    const tensors = [
      float(layer.input),
      constant(float(layer.weights)),
      constant(float(bias.shape)),
    ];
    return oneOperator(name, tensors, [float(layer.output)], options);
  }
  const tensors = [
    int8(layer.input, 0.5),
    constant({ ...int8(layer.weights, 0.25, 0), axis: layer.axis, ...change.weights }),
    constant({ type: TYPES.int32, scales: [0.125], zeroPoints: [0], ...bias }),
  ];
  return oneOperator(name, tensors, [int8(layer.output, 1)], options);
}

describe.each(LAYERS)('$name', (layer) => {
  const scales = [0.25, 0.25, 0.25, 0.25];

  it('as it should be, with one scale and with one for each channel, is imported', () => {
    expect(problemOf(layerModel(layer))).toBeUndefined();
    expect(problemOf(layerModel(layer, { float: true }))).toBeUndefined();
    const zeroPoints = [0, 0, 0, 0];
    expect(problemOf(layerModel(layer, { weights: { scales, zeroPoints } }))).toBeUndefined();
    const dead = { scales: [0.25, 0, 0.25, 0.25], zeroPoints };
    expect(problemOf(layerModel(layer, { weights: dead }))).toBeUndefined();
  });

  it.each([
    ['a short bias', { bias: { shape: [1] } }, /bias has 1 values for 4/],
    ['a long bias', { bias: { shape: [5] } }, /bias has 5 values for 4/],
    ['a short float bias', { bias: { shape: [3] }, float: true }, /bias has 3 values for 4/],
    ['a bias of another scale', { bias: { scales: [1] } }, /scale 1, not that of input times/],
    ['a bias with a zero point', { bias: { zeroPoints: [1] } }, /bias has the zero point 1/],
    [
      'zero points that differ',
      { weights: { scales, zeroPoints: [0, 1, 0, 0] } },
      /channels differ in zero point/,
    ],
    [
      'scales along another axis',
      {
        weights: {
          scales: Array<number>(layer.weights[layer.other]!).fill(0.25),
          axis: layer.other,
        },
      },
      /scales along axis/,
    ],
    ['a scale of zero', { weights: { scales: [0] } }, /scale of zero/],
    ['a negative scale', { weights: { scales: [-1] } }, /negative or not finite/],
    ['an infinite scale', { weights: { scales: [Infinity] } }, /negative or not finite/],
    ['a scale of -0', { weights: { scales: [-0] } }, /negative or not finite/],
    ['a zero point outside of int8', { weights: { zeroPoints: [128] } }, /zero point 128/],
  ] as const)('with %s is refused', (_, change, message) => {
    expect(problemOf(layerModel(layer, change))).toMatch(message);
  });
});

it('depthwise weights are one filter for each channel', () => {
  const [, layer] = LAYERS;
  const model = layerModel({ ...layer!, weights: [2, 1, 1, 4] });
  expect(problemOf(model)).toMatch(/first dimension of 2/);
  const options: FileOption[] = [...conv, [3, 'int', 3]];
  expect(problemOf(layerModel({ ...layer!, options }))).toMatch(/depth multiplier is 3/);
});
