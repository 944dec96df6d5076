import { describe, expect, it } from 'vitest';
import { constant, float, int8, ints, oneOperator, TYPES } from '../support/file-models.ts';
import { problemOf } from '../support/import-problems.ts';
import type { FileOption, FileTensor } from '../support/tflite-writer.ts';

const pool: FileOption[] = [
  [0, 'byte', 1],
  [1, 'int', 1],
  [2, 'int', 1],
  [3, 'int', 1],
  [4, 'int', 1],
];

/** Operators that copy stored values, on [1, 2, 2, 4]. */
const COPYING: readonly [string, readonly FileTensor[], number[][], FileOption[]][] = [
  ['AVERAGE_POOL_2D', [], [[1, 2, 2, 4]], pool],
  ['MAX_POOL_2D', [], [[1, 2, 2, 4]], pool],
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
