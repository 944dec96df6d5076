import { describe, expect, it } from 'vitest';
import { constant, oneOperator, TYPES } from '../support/file-models.ts';
import { problemOf } from '../support/import-problems.ts';
import type { FileModel, FileOption, FileTensor } from '../support/tflite-writer.ts';

/** A layer of 16-bit activations and 8-bit weights. */
interface Layer {
  readonly name: string;
  readonly shapes: readonly [input: number[], weights: number[], output: number[]];
  readonly axis: number;
  readonly options: readonly FileOption[];
  /** Where the option quantized_bias_type stands. */
  readonly biasType?: number;
  readonly biases: readonly (keyof typeof TYPES)[];
}

const conv: readonly FileOption[] = [
  [0, 'byte', 1],
  [1, 'int', 1],
  [2, 'int', 1],
];

const LAYERS: readonly Layer[] = [
  {
    ...{ name: 'CONV_2D', axis: 0, options: conv, biasType: 6, biases: ['int64', 'int32'] },
    shapes: [
      [1, 3, 3, 2],
      [4, 1, 1, 2],
      [1, 3, 3, 4],
    ],
  },
  {
    ...{ name: 'DEPTHWISE_CONV_2D', axis: 3, biases: ['int64'] },
    options: [...conv, [3, 'int', 2]],
    shapes: [
      [1, 3, 3, 2],
      [1, 2, 1, 4],
      [1, 2, 3, 4],
    ],
  },
  {
    ...{ name: 'FULLY_CONNECTED', axis: 0, options: [], biasType: 4, biases: ['int64', 'int32'] },
    shapes: [
      [1, 6],
      [4, 6],
      [1, 4],
    ],
  },
];

const int16 = (shape: number[], scale: number, zeroPoint = 0): FileTensor => ({
  ...{ type: TYPES.int16, shape },
  ...{ scales: [scale], zeroPoints: [zeroPoint] },
});

interface Change {
  readonly zeroPoint?: number;
  readonly weightZero?: number;
  readonly outputScale?: number;
  readonly bias?: keyof typeof TYPES | 'none';
  readonly biasValue?: number;
  readonly options?: readonly FileOption[];
}

function modelOf({ name, shapes, axis, options }: Layer, change: Change = {}): FileModel {
  const [input, weights, output] = shapes;
  const { bias = 'int64', biasValue = 5, weightZero = 0 } = change;
  const taps = { ...int16(weights, 0.25, weightZero), type: TYPES.int8, axis };
  const made = bias === 'none' ? [] : [constant({ type: TYPES[bias], shape: [4] }, [biasValue])];
  return oneOperator(
    name,
    [int16(input, 0.5, change.zeroPoint), constant(taps), ...made],
    [int16(output, change.outputScale ?? 1)],
    [...options, ...(change.options ?? [])],
  );
}

describe.each(LAYERS)('$name on 16 bits', (layer) => {
  it.each(layer.biases)('takes a bias of %s, or none', (bias) => {
    expect(problemOf(modelOf(layer, { bias }))).toBeUndefined();
    expect(problemOf(modelOf(layer, { bias: 'none' }))).toBeUndefined();
  });

  const others = (['int64', 'int32', 'int16', 'float32'] as const).filter(
    (type) => !layer.biases.includes(type),
  );
  it.each(others)('refuses a bias of %s', (bias) => {
    expect(problemOf(modelOf(layer, { bias }))).toMatch(/it mixes/);
  });

  it.each([
    ['a zero point of its input', { zeroPoint: 1 }, /has a zero point/],
    ['a zero point of its weights', { weightZero: 1 }, /has a zero point/],
    ['a bias that fills 47 bits', { biasValue: 2 ** 47 }, /may reach 2\^47/],
    ['sums multiplied by 128', { outputScale: 2 ** -10 }, /multiplied by more than 127/],
  ] as const)('refuses %s', (_, change, message) => {
    expect(problemOf(modelOf(layer, change))).toMatch(message);
  });

  it.skipIf(layer.biasType === undefined)('refuses sums of 32 bits without a bias', () => {
    const options: FileOption[] = [[layer.biasType!, 'byte', 2]];
    expect(problemOf(modelOf(layer, { bias: 'none', options }))).toMatch(/sums of 32 bits/);
    expect(problemOf(modelOf(layer, { bias: 'int32', options }))).toBeUndefined();
  });
});
