import { describe, expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { atan2f, atanf, erff } from '../../src/support/special-functions.ts';
import { uniformNumbers } from '../../src/support/mersenne-twister.ts';
import { floats, int64s, writeOnnx } from '../support/onnx-writer.ts';
import type { WrittenModel } from '../support/onnx-writer.ts';

const node = (
  type: string,
  inputs: string[],
  output: string | string[],
  attributes: WrittenModel['nodes'][0]['attributes'] = {},
) => ({ type, inputs, outputs: [output].flat(), attributes });

function run(model: WrittenModel, input: readonly number[], options = {}): number[] {
  const graph = importModel(writeOnnx(model), 'model.onnx', options);
  const output = new Interpreter(graph).runBytes(bytesOf(Float32Array.from(input)));
  return [...new Float32Array(Uint8Array.from(output).buffer)];
}

const one = (shape: readonly number[]) => ({ inputs: { x: shape }, outputs: ['z'] });

describe('ONNX operators on elements', () => {
  it('LogSoftmax up to version 12 counts a negative axis from the last', () => {
    const model = (opset: number) => ({
      ...{ ...one([2, 2]), opset },
      nodes: [node('LogSoftmax', ['x'], 'z', { axis: -1 })],
    });
    expect(run(model(6), [0, 0, 1, 1])).toEqual(run(model(13), [0, 0, 1, 1]));
    expect(run(model(6), [0, 0, 1, 1])[0]).toBeCloseTo(-Math.LN2, 6);
  });

  it('updates are put in places, or combined with what is there', () => {
    const scatter = (reduction: string) => ({
      ...{ ...one([4]), opset: 18 },
      constants: { i: int64s([1, -1, 1]), u: floats([3], [10, 20, 30]) },
      nodes: [node('ScatterElements', ['x', 'i', 'u'], 'z', { reduction })],
    });
    expect(run(scatter('none'), [1, 2, 3, 4])).toEqual([1, 30, 3, 20]);
    expect(run(scatter('add'), [1, 2, 3, 4])).toEqual([1, 42, 3, 24]);
    expect(run(scatter('mul'), [1, 2, 3, 4])).toEqual([1, 600, 3, 80]);
    expect(run(scatter('max'), [1, 25, 3, 40])).toEqual([1, 30, 3, 40]);
  });

  it('a reduction of nothing is a constant', () => {
    const model = (type: string, beside = 'Add') => ({
      ...{ ...one([2]), opset: 18 },
      constants: { s: int64s([0]), e: int64s([0]), a: int64s([0]) },
      nodes: [
        node('Slice', ['x', 's', 'e'], 'empty'),
        node(type, ['empty', 'a'], 'r', { keepdims: 0 }),
        node(beside, ['x', 'r'], 'z'),
      ],
    });
    expect(run(model('ReduceSum'), [1, 2])).toEqual([1, 2]);
    expect(run(model('ReduceProd'), [1, 2])).toEqual([2, 3]);
    expect(run(model('ReduceMax', 'Max'), [1, -2e38])).toEqual([1, Math.fround(-2e38)]);
    expect(run(model('ReduceMin', 'Min'), [1, 2e38])).toEqual([1, Math.fround(2e38)]);
  });

  it('scales that the model computes divide in floats, halves to even', () => {
    const model = {
      ...{ ...one([2, 2]), opset: 13 },
      constants: { n: int64s([0]), two: floats([1], [2]) },
      nodes: [
        node('Gather', ['x', 'n'], 'first', { axis: 0 }),
        node('ReduceMax', ['first'], 's', { keepdims: 0 }),
        node('QuantizeLinear', ['x', 's'], 'q'),
        node('DequantizeLinear', ['q', 's'], 'z'),
      ],
    };
    expect(run(model, [2, 1, 5, 3000])).toEqual([2, 0, 4, 510]);
  });
});

it('NumPy’s uniform numbers of a seed', () => {
  const next = uniformNumbers(0);
  expect([next(), next(), next()]).toEqual([
    0.5488135039273248, 0.7151893663724195, 0.6027633760716439,
  ]);
});

it('arcus tangent and error function are near those of more digits', () => {
  for (let x = -8; x <= 8; x += 0.013) {
    expect(Math.abs(atanf(Math.fround(x)) - Math.atan(Math.fround(x)))).toBeLessThan(3e-7);
    for (const y of [-3, -0, 0, 0.01, 7])
      expect(Math.abs(atan2f(y, Math.fround(x)) - Math.atan2(y, Math.fround(x)))).toBeLessThan(
        6e-7,
      );
  }
  expect([0, 1e-20, 0.5, 1, 2, 3].map(erff)).toEqual(
    [0, 1.1283792e-20, 0.52049988, 0.84270079, 0.99532227, 0.99997791].map(
      (y) => expect.closeTo(y, 6) as number,
    ),
  );
});
