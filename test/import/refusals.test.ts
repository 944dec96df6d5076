import { describe, expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import {
  constant,
  float,
  int8,
  ints,
  oneOperator,
  operator,
  TYPES,
  uint8,
} from '../support/file-models.ts';
import type { OperatorName } from '../support/file-models.ts';
import { writeTflite } from '../support/tflite-writer.ts';
import type { FileModel, FileOption, FileTensor } from '../support/tflite-writer.ts';

/** The first problem of a model, undefined when it is imported. */
function problemOf(model: FileModel): string | undefined {
  try {
    importModel(writeTflite(model), 'made.tflite');
    return undefined;
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return error.diagnostics[0]!.message;
  }
}

const conv: readonly FileOption[] = [
  [0, 'byte', 1],
  [1, 'int', 1],
  [2, 'int', 1],
];

interface Layer {
  readonly name: OperatorName;
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

/** Operators that copy stored values, on [1, 2, 2, 4]. */
const COPYING: readonly [OperatorName, readonly FileTensor[], number[][], FileOption[]][] = [
  ['AVERAGE_POOL_2D', [], [[1, 2, 2, 4]], [...conv, [3, 'int', 1], [4, 'int', 1]]],
  ['MAX_POOL_2D', [], [[1, 2, 2, 4]], [...conv, [3, 'int', 1], [4, 'int', 1]]],
  ['RESHAPE', [ints(4, 4)], [[4, 4]], []],
  ['SQUEEZE', [], [[2, 2, 4]], []],
  ['EXPAND_DIMS', [ints(0)], [[1, 1, 2, 2, 4]], []],
  ['PAD', [constant({ type: TYPES.int32, shape: [4, 2] }, [0])], [[1, 2, 2, 4]], []],
  ['SLICE', [ints(0, 0, 0, 0), ints(1, 1, 1, 4)], [[1, 1, 1, 4]], []],
  ['STRIDED_SLICE', [ints(0, 0, 0, 0), ints(1, 1, 2, 4), ints(1, 1, 1, 1)], [[1, 1, 2, 4]], []],
  ['TRANSPOSE', [ints(0, 2, 1, 3)], [[1, 2, 2, 4]], []],
  ['DEPTH_TO_SPACE', [], [[1, 4, 4, 1]], [[0, 'int', 2]]],
  ['SPACE_TO_DEPTH', [], [[1, 1, 1, 16]], [[0, 'int', 2]]],
  ['RESIZE_BILINEAR', [ints(3, 3)], [[1, 3, 3, 4]], []],
  ['RESIZE_NEAREST_NEIGHBOR', [ints(3, 3)], [[1, 3, 3, 4]], []],
  ['CONCATENATION', [], [[1, 2, 2, 4]], [[0, 'int', 3]]],
];

describe.each(COPYING)('%s', (name, operands, outputs, options) => {
  const model = (input: FileTensor, type: (shape: readonly number[]) => FileTensor) =>
    oneOperator(name, [input, ...operands], outputs.map(type), options);

  it('copies between tensors of one quantization', () => {
    expect(problemOf(model(int8([1, 2, 2, 4]), (shape) => int8(shape)))).toBeUndefined();
    expect(problemOf(model(float([1, 2, 2, 4]), float))).toBeUndefined();
  });

  it.each([
    ['another scale', (shape: readonly number[]) => int8(shape, 0.25)],
    ['another zero point', (shape: readonly number[]) => int8(shape, 0.5, 4)],
    ['no quantization', (shape: readonly number[]) => ({ type: TYPES.int8, shape })],
    ['another type', float],
  ])('is refused when its output has %s', (_, type) => {
    expect(problemOf(model(int8([1, 2, 2, 4]), type))).toMatch(/quantiz|mixes/);
  });

  it('is refused when its output is declared in another shape, naming both', () => {
    const wrong = oneOperator(name, [int8([1, 2, 2, 4]), ...operands], [int8([1, 7])], options);
    expect(problemOf(wrong)).toContain(`declared as [1,7], and would be [${outputs[0]!.join()}]`);
  });

  it('is refused when it has an option that thimble does not know', () => {
    const odd: FileOption[] = [...options, [13, 'int', 5]];
    const strange = oneOperator(
      name,
      [int8([1, 2, 2, 4]), ...operands],
      outputs.map((s) => int8(s)),
      odd,
    );
    const { optionsType = 1 } = strange.operators[0]!;
    const model = { ...strange, operators: [{ ...strange.operators[0]!, optionsType }] };
    expect(problemOf(model)).toMatch(/option 13 is set/);
  });
});

it('SPLIT checks each of its parts', () => {
  const split = (parts: number, outputs: FileTensor[]) =>
    oneOperator('SPLIT', [ints(3), int8([1, 2, 2, 4])], outputs, [[0, 'int', parts]]);
  const half = int8([1, 2, 2, 2]);
  expect(problemOf(split(2, [half, half]))).toBeUndefined();
  expect(problemOf(split(2, [half, int8([1, 2, 2, 2], 0.1)]))).toMatch(/from one scale to another/);
  expect(problemOf(split(4, [half, half]))).toMatch(/into 4 parts/);
});

const FOUR = [1, 2, 2, 4];
const PER_CHANNEL = { scales: [0.1, 0.2, 0.3, 0.4], zeroPoints: [0, 0, 0, 0], axis: 3 };

it.each([
  ['ADD', 0],
  ['ADD', 1],
  ['SUB', 1],
  ['MUL', 1],
  ['PRELU', 1],
  ['RELU', 0],
  ['LEAKY_RELU', 0],
  ['HARD_SWISH', 0],
  ['LOGISTIC', 0],
  ['TANH', 0],
  ['SOFTMAX', 0],
  ['LOG_SOFTMAX', 0],
  ['MEAN', 0],
  ['MAX_POOL_2D', 0],
  ['RESHAPE', 0],
  ['TRANSPOSE', 0],
  ['CONCATENATION', 0],
  ['QUANTIZE', 0],
  ['DEQUANTIZE', 0],
] as const)('%s refuses a scale per channel of input %i', (name, odd) => {
  const inputs: FileTensor[] = [int8(FOUR), constant(int8(FOUR))];
  inputs[odd] = { ...inputs[odd]!, ...PER_CHANNEL };
  const relu = operator('RELU', [0], [1]);
  const tensors = [int8(FOUR), inputs[0]!, inputs[1]!, int8(FOUR), ints(1, 2), ints(0, 1, 2, 3)];
  const operands = ['ADD', 'SUB', 'MUL', 'PRELU'].includes(name)
    ? [1, 2]
    : name === 'MEAN'
      ? [1, 4]
      : name === 'TRANSPOSE'
        ? [1, 5]
        : [1];
  const model = {
    tensors,
    operators: [relu, operator(name, operands, [3])],
    inputs: [0],
    outputs: [3],
  };
  expect(problemOf(model)).toMatch(/scale per channel|scales along|scales; only weights/);
});

it.each([
  ['LEAKY_RELU', NaN],
  ['LEAKY_RELU', Infinity],
  ['SOFTMAX', NaN],
  ['SOFTMAX', -Infinity],
] as const)('%s refuses the attribute %d', (name, value) => {
  const model = oneOperator(name, [float([1, 4])], [float([1, 4])], [[0, 'float', value]]);
  expect(problemOf(model)).toMatch(/attributes make no sense/);
});

it('int8 and uint8 do not meet, except to be converted', () => {
  expect(problemOf(oneOperator('ADD', [int8([1, 4]), uint8([1, 4])], [int8([1, 4])]))).toMatch(
    /mixes int8 and uint8/,
  );
  expect(problemOf(oneOperator('QUANTIZE', [uint8([1, 4])], [int8([1, 4])]))).toBeUndefined();
});

it('a padding beyond 16 bits is refused', () => {
  const input = float([1, 4, 4, 1]);
  const weights = constant(float([1, 4096, 1, 1]));
  const options: FileOption[] = [
    [1, 'int', 1],
    [2, 'int', 1],
    [5, 'int', 4096],
  ];
  const model = oneOperator('CONV_2D', [input, weights], [input], options);
  expect(problemOf(model)).toMatch(/it pads 8386560/);
});

it('a variable is refused', () => {
  const model = oneOperator('ADD', [float([4]), { ...float([4]), variable: true }], [float([4])]);
  expect(problemOf({ ...model, inputs: [0] })).toMatch(/is a variable/);
});

it('an unknown operator is told, whatever its tensors are', () => {
  const tensors = [int8([4]), int8([4]), int8([4])];
  const vela = { code: 'ethos-u', inputs: [0, 2], outputs: [1] };
  expect(problemOf({ tensors, operators: [vela], inputs: [0], outputs: [1] })).toMatch(/Vela/);
  const composite = { code: 206, inputs: [0, 2], outputs: [1] };
  expect(problemOf({ tensors, operators: [composite], inputs: [0], outputs: [1] })).toMatch(
    /STABLEHLO_COMPOSITE is not supported/,
  );
});

describe('sizes that a file leaves open', () => {
  const open = { ...float([1, 1, 1, 2]), name: 'image', signature: [-1, -1, -1, 2] };
  const model = writeTflite(oneOperator('RELU', [open], [{ ...open, name: 'y' }]));
  const read = (shape?: number[]) => {
    const notes: string[] = [];
    const shapes = new Map(shape && [['image', shape]]);
    const graph = importModel(model, 'made', { shapes, onNote: (text) => notes.push(text) });
    return { notes, shape: graph.tensors.get(graph.outputs[0]!)!.shape };
  };

  it('are said', () => {
    expect(read().notes).toEqual([
      expect.stringContaining('[-1,-1,-1,2]; it is taken as [1,1,1,2]'),
    ]);
  });

  it('are set by the user, and then not said', () => {
    expect(read([1, 6, 5, 2])).toEqual({ notes: [], shape: [1, 6, 5, 2] });
  });

  it('are the only ones that can be set', () => {
    expect(() => read([1, 6, 5, 3])).toThrow(/does not fit/);
    expect(() => importModel(model, 'made', { shapes: new Map([['x', [1]]]) })).toThrow(
      /no input "x"/,
    );
  });
});
