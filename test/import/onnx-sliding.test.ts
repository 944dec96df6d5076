import { describe, expect, it } from 'vitest';
import { Random } from '../../src/support/random.ts';
import { oneNode, refusalOf, runOnnx, wholeConstant, wholes } from '../support/onnx-run.ts';
import { floats, int64s } from '../support/onnx-writer.ts';
import { SEED } from '../support/seeds.ts';

const CASES = 30;
const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);

/** All places of a shape, the last axis first. */
function places(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (made, size) =>
      made.flatMap((before) => Array.from({ length: size }, (_, at) => [...before, at])),
    [[]],
  );
}

function at(shape: readonly number[], place: readonly number[]): number | undefined {
  if (place.some((n, axis) => n < 0 || n >= shape[axis]!)) return undefined;
  return place.reduce((sum, n, axis) => sum * shape[axis]! + n, 0);
}

/** A window over one to three axes, and an input that it fits into. */
function windowCase(random: Random) {
  const axes = random.int(1, 3);
  const each = (least: number, most: number) =>
    Array.from({ length: axes }, () => random.int(least, most));
  const [kernel, strides, dilations] = [each(1, 3), each(1, 3), each(1, 2)];
  const reach = kernel.map((size, axis) => (size - 1) * dilations[axis]! + 1);
  const pads = [...reach, ...reach].map((size) => random.int(0, Math.min(2, size - 1)));
  const sizes = reach.map((size) => size + random.int(0, 3));
  return { axes, kernel, strides, dilations, pads, sizes, reach };
}

type Window = ReturnType<typeof windowCase>;

function outputSizes({ sizes, reach, strides, pads, axes }: Window): number[] {
  return sizes.map((size, axis) =>
    Math.floor((size + pads[axis]! + pads[axis + axes]! - reach[axis]!) / strides[axis]! + 1),
  );
}

function tapsOf({ kernel, strides, dilations, pads }: Window, output: readonly number[]) {
  return places(kernel).map((tap) => ({
    tap,
    from: tap.map((n, axis) => output[axis]! * strides[axis]! - pads[axis]! + n * dilations[axis]!),
  }));
}

const attributesOf = ({ strides, dilations, pads }: Window) => ({ strides, dilations, pads });

describe('windows over one, two and three axes', () => {
  it('convolutions with groups are the sums of their definition', () => {
    const random = new Random(SEED);
    for (let n = 0; n < CASES; n++) {
      const window = windowCase(random);
      const groups = random.int(1, 3);
      const [depth, perGroup] = [random.int(1, 2), random.int(1, 2)];
      const shape = [random.int(1, 2), groups * depth, ...window.sizes];
      const filters = [groups * perGroup, depth, ...window.kernel];
      const { tensor, numbers } = wholeConstant(random, filters);
      const attributes = { ...attributesOf(window), group: groups };
      const input = wholes(random, product(shape));
      const outputs = [shape[0]!, filters[0]!, ...outputSizes(window)];
      const expected = places(outputs).map(([batch, o, ...output]) => {
        let sum = 0;
        for (const { tap, from } of tapsOf(window, output))
          for (let c = 0; c < depth; c++) {
            const channel = Math.floor(o! / perGroup) * depth + c;
            const x = at(shape, [batch!, channel, ...from]);
            if (x !== undefined) sum += input[x]! * numbers[at(filters, [o!, c, ...tap])!]!;
          }
        return sum;
      });
      const model = oneNode('Conv', shape, attributes, { w: tensor });
      expect(runOnnx(model, input), JSON.stringify({ shape, filters, attributes })).toEqual(
        expected.map((value) => value + 0),
      );
    }
  });

  it('transposed convolutions add windows to their output', () => {
    const random = new Random(SEED + 1);
    for (let n = 0; n < CASES; n++) {
      const { axes, kernel, strides, dilations, sizes, reach } = windowCase(random);
      const groups = random.int(1, 2);
      const [depth, perGroup] = [random.int(1, 2), random.int(1, 2)];
      const full = sizes.map((size, axis) => (size - 1) * strides[axis]! + reach[axis]!);
      const pads = [...full, ...full].map((size) => random.int(0, (size - 1) >> 1));
      const shape = [random.int(1, 2), groups * depth, ...sizes];
      const filters = [groups * depth, perGroup, ...kernel];
      const { tensor, numbers } = wholeConstant(random, filters);
      const attributes = { strides, dilations, pads, group: groups };
      const input = wholes(random, product(shape));
      const outputs = [
        shape[0]!,
        groups * perGroup,
        ...full.map((size, axis) => size - pads[axis]! - pads[axis + axes]!),
      ];
      const expected = Array<number>(product(outputs)).fill(0);
      places(shape).forEach(([batch, c, ...from], x) => {
        for (const tap of places(kernel))
          for (let o = 0; o < perGroup; o++) {
            const to = tap.map(
              (k, axis) => from[axis]! * strides[axis]! + k * dilations[axis]! - pads[axis]!,
            );
            const group = Math.floor(c! / depth);
            const place = at(outputs, [batch!, group * perGroup + o, ...to]);
            if (place === undefined) continue;
            expected[place]! += input[x]! * numbers[at(filters, [c!, o, ...tap])!]!;
          }
      });
      const model = oneNode('ConvTranspose', shape, attributes, { w: tensor });
      expect(runOnnx(model, input), JSON.stringify({ shape, filters, attributes })).toEqual(
        expected.map((value) => value + 0),
      );
    }
  });

  it.each(['MaxPool', 'AveragePool'])('%s takes the elements that are there', (type) => {
    const random = new Random(SEED + 2);
    for (let n = 0; n < CASES; n++) {
      const window = windowCase(random);
      const shape = [random.int(1, 2), random.int(1, 3), ...window.sizes];
      const counts = type === 'AveragePool' && random.chance(0.5);
      const attributes = {
        ...{ ...attributesOf(window), kernel_shape: window.kernel },
        ...(counts && { count_include_pad: 1 }),
      };
      const input = wholes(random, product(shape));
      const outputs = [shape[0]!, shape[1]!, ...outputSizes(window)];
      const windows = places(outputs).map(([batch, c, ...output]) =>
        tapsOf(window, output)
          .map(({ from }) => at(shape, [batch!, c!, ...from]))
          .filter((x) => x !== undefined)
          .map((x) => input[x]!),
      );
      const model = oneNode(type, shape, attributes);
      if (windows.some(({ length }) => length === 0)) continue;
      const found = runOnnx(model, input);
      windows.forEach((values, i) => {
        const sum = values.reduce((a, b) => a + b, 0);
        const divisor = counts ? product(window.kernel) : values.length;
        const expected = type === 'MaxPool' ? Math.max(...values) : sum / divisor;
        expect(found[i], JSON.stringify({ shape, attributes })).toBeCloseTo(expected, 5);
      });
    }
  });

  it('places of maxima count in the whole tensor, along rows or columns', () => {
    const input = [1, 2, 3, 9, 5, 6, 7, 8, 4];
    const places = (storage: number) => {
      const model = {
        ...oneNode('MaxPool', [1, 1, 3, 3], {}),
        outputs: ['z'],
        nodes: [
          {
            type: 'MaxPool',
            ...{ inputs: ['x'], outputs: ['y', 'i'] },
            attributes: { kernel_shape: [2, 2], storage_order: storage },
          },
          { type: 'Cast', inputs: ['i'], outputs: ['z'], attributes: { to: 1 } },
        ],
      };
      return runOnnx(model, input);
    };
    expect(places(0)).toEqual([3, 5, 3, 7]);
    expect(places(1)).toEqual([1, 7, 1, 5]);
  });

  it('columns become images, summed where they overlap', () => {
    const model = oneNode('Col2Im', [1, 4, 4], {}, { s: int64s([3, 3]), b: int64s([2, 2]) });
    expect(runOnnx(model, Array<number>(16).fill(1))).toEqual([1, 2, 1, 2, 4, 2, 1, 2, 1]);
  });

  it('what slides over four axes, or over nothing, is refused', () => {
    const five = [1, 1, 2, 2, 2, 2];
    const one = { kernel_shape: [1, 1, 1, 1] };
    expect(refusalOf(oneNode('MaxPool', five, one))).toMatch(/slides over one, two or three/);
    expect(refusalOf(oneNode('LpPool', [1, 1, 4], { kernel_shape: [2], p: 0 }))).toMatch(/p is 0/);
    const w = floats([1, 1, 3, 3, 3], [1]);
    expect(refusalOf(oneNode('Conv', [1, 1, 2, 3, 3], {}, { w }))).toMatch(/does not fit/);
    const grouped = oneNode(
      'ConvTranspose',
      [1, 3, 4],
      { group: 2 },
      { w: floats([3, 1, 2], [1]) },
    );
    expect(refusalOf(grouped)).toMatch(/in 2 groups/);
  });
});
