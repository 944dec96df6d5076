import { expect, it } from 'vitest';
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
import { problemOf } from '../support/import-problems.ts';
import { svdfFile } from '../support/recurrent-files.ts';
import { streamingModel, T } from '../support/streaming-model.ts';
import type { FileOption, FileTensor } from '../support/tflite-writer.ts';

/** A code of TFLite's TensorType that thimble has no use for. */
const UINT32 = 15;
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

it('a variable is no input', () => {
  const model = svdfFile('float32');
  const state = model.tensors.findIndex(({ variable }) => variable);
  expect(problemOf(model)).toBeUndefined();
  expect(problemOf({ ...model, inputs: [0, state] })).toMatch(/input "t4" is written by the model/);
});

it('what a variable holds is no input', () => {
  const model = streamingModel();
  expect(problemOf({ ...model, inputs: [...model.inputs, T.ring] })).toMatch(/has a value already/);
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

// What the model gives has to be something that C can hold.
it.each([
  ['empty', constant({ type: TYPES.int32, shape: [0] }, []), /output "t1" is empty/],
  [
    'of a type that is unknown',
    { type: UINT32, shape: [4], data: new Uint8Array(16) },
    /output "t1" has the element type UINT32/,
  ],
  ['of a type that no constant needs', { type: UINT32, shape: [4] }, /output "t1"/],
] as const)('an output that is %s is refused', (_, output, message) => {
  const model = oneOperator('ABS', [float([4])], [float([4])]);
  const tensors = [model.tensors[0]!, output, model.tensors[1]!];
  const operators = [operator('ABS', [0], [2])];
  expect(problemOf({ tensors, operators, inputs: [0], outputs: [2, 1] })).toMatch(message);
});

it.each([
  [
    'EQUAL',
    [int8([4]), constant({ type: TYPES.int8, shape: [4] })],
    { type: TYPES.bool, shape: [4] },
    /no quantization/,
  ],
  [
    'PAD',
    [
      constant({ ...int8([1, 4]), ...PER_CHANNEL, axis: 1 }),
      constant({ type: TYPES.int32, shape: [2, 2] }, [0]),
    ],
    { ...int8([1, 4]), ...PER_CHANNEL, axis: 1 },
    /has a scale per channel/,
  ],
] as const)(
  '%s of constants is refused where its types say too little',
  (name, operands, output, message) => {
    const made = oneOperator(name, operands, [output]);
    const tensors = [...made.tensors, float([2]), float([2])];
    const operators = [
      ...made.operators,
      operator('ABS', [tensors.length - 2], [tensors.length - 1]),
    ];
    const inputs = [...made.inputs, tensors.length - 2];
    expect(
      problemOf({ tensors, operators, inputs, outputs: [tensors.length - 1, ...made.outputs] }),
    ).toMatch(message);
  },
);
