import { describe, expect, it } from 'vitest';
import { Random } from '../../src/support/random.ts';
import { oneNode, refusalOf, runOnnx, wholeConstant, wholes } from '../support/onnx-run.ts';
import { bytes8, floats, int64s } from '../support/onnx-writer.ts';
import { SEED } from '../support/seeds.ts';

const scalar = (value: number) => ({ dims: [], data_type: 7, int64_data: [value] });

describe('values between pixels', () => {
  const image = [1, 2, 3, 4, 5, 6];

  it('a grid of the pixels’ own centres gives the image', () => {
    const theta = floats([1, 2, 3], [1, 0, 0, 0, 1, 0]);
    for (const corners of [0, 1]) {
      const model = {
        ...oneNode('GridSample', [1, 1, 2, 3], {}, { theta, size: int64s([1, 1, 2, 3]) }),
        nodes: [
          {
            ...{ type: 'AffineGrid', inputs: ['theta', 'size'], outputs: ['grid'] },
            attributes: { align_corners: corners },
          },
          {
            ...{ type: 'GridSample', inputs: ['x', 'grid'], outputs: ['z'] },
            attributes: { align_corners: corners, mode: 'cubic' },
          },
        ],
      };
      runOnnx(model, image).forEach((value, i) => expect(value).toBeCloseTo(image[i]!, 5));
    }
  });

  it('beyond the border lie zeros, its pixel, or the mirrored image', () => {
    const grid = floats([1, 1, 1, 2], [2, -1]);
    const at = (padding: string) =>
      runOnnx(
        oneNode('GridSample', [1, 1, 2, 3], { align_corners: 1, padding_mode: padding }, { grid }),
        image,
      );
    expect(at('zeros')).toEqual([0]);
    expect(at('border')).toEqual([3]);
    expect(at('reflection')).toEqual([2]);
  });

  it('a deformed convolution without offsets is a convolution', () => {
    const random = new Random(SEED);
    for (const [fields, groups] of [
      [1, 1],
      [2, 1],
      [1, 2],
      [2, 2],
    ] as const) {
      const { tensor: w } = wholeConstant(random, [2, 4 / groups, 2, 3]);
      const attributes = { strides: [2, 1], pads: [1, 0, 0, 2], dilations: [1, 2], group: groups };
      const shape = [2, 4, 4, 5];
      const input = wholes(random, 160);
      const offsets = floats([2, fields * 12, 2, 3], [0]);
      const b = floats([2], [3, -1]);
      const plain = runOnnx(oneNode('Conv', shape, attributes, { w, b }), input);
      const deformed = oneNode(
        'DeformConv',
        shape,
        { ...attributes, offset_group: fields },
        { w, offsets, b },
      );
      expect(runOnnx(deformed, input)).toEqual(plain);
    }
  });

  it('regions name the image that they lie in', () => {
    const constants = {
      regions: floats([3, 4], [0, 0, 2, 2]),
      batches: int64s([1, 0, 1]),
    };
    const attributes = { output_height: 1, output_width: 1, sampling_ratio: 1 };
    const old = { coordinate_transformation_mode: 'output_half_pixel' };
    const shape = [2, 1, 3, 3];
    const input = [1, 1, 1, 1, 5, 1, 1, 1, 1, 2, 2, 2, 2, 7, 2, 2, 2, 2];
    for (const mode of ['avg', 'max']) {
      const model = oneNode('RoiAlign', shape, { ...attributes, ...old, mode }, constants);
      expect(runOnnx(model, input)).toEqual([7, 5, 7]);
    }
    const free = oneNode('RoiAlign', shape, { output_height: 1, output_width: 1 }, constants);
    expect(refusalOf(free)).toMatch(/hangs on the size of a region/);
  });

  it('positions of too many axes are refused', () => {
    const grid = floats([1, 1, 1, 3], [0]);
    expect(refusalOf(oneNode('GridSample', [1, 1, 2, 3], {}, { grid }))).toMatch(
      /its positions are \[1,1,1,3\] in tensors of \[1,2,3,1\]/,
    );
  });
});

describe('whole sums', () => {
  it('are exact beyond what one convolution in floats holds', () => {
    const channels = 600;
    const w = bytes8([1, channels, 1, 1], 3, Array<number>(channels).fill(-127));
    const model = {
      ...oneNode('ConvInteger', [1, channels, 1, 1], {}, { w }),
      nodes: [
        { type: 'Cast', inputs: ['x'], outputs: ['bytes'], attributes: { to: 2 } },
        { type: 'ConvInteger', inputs: ['bytes', 'w'], outputs: ['sums'] },
        { type: 'Add', inputs: ['sums', 'odd'], outputs: ['less'] },
        { type: 'Cast', inputs: ['less'], outputs: ['z'], attributes: { to: 1 } },
      ],
      constants: { w, odd: { dims: [1], data_type: 6, int32_data: [channels * 255 * 127] } },
    };
    expect(runOnnx(model, Array<number>(channels).fill(255))).toEqual([0]);
  });

  it('determinants of three rows', () => {
    const model = oneNode('Det', [2, 3, 3], {});
    const input = [2, 0, 1, 3, 1, 4, 1, 1, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(runOnnx(model, input)).toEqual([-2, 0]);
    expect(refusalOf(oneNode('Det', [2, 3], {}))).toMatch(/squares of up to 6 rows/);
  });
});

it('a causal convolution goes on where its state stopped', () => {
  const random = new Random(SEED);
  const { tensor: w } = wholeConstant(random, [2, 1, 4]);
  const input = wholes(random, 12);
  const first = { type: 'CausalConvWithState', attributes: {} };
  const cut = (name: string, from: number, to: number) => ({
    ...{ type: 'Slice', inputs: ['x', `${name}0`, `${name}1`, 'axis'], outputs: [name] },
    ...{ from, to },
  });
  const constants = {
    ...{ w, axis: int64s([2]), a0: int64s([0]), a1: int64s([2]), b0: int64s([2]), b1: int64s([6]) },
    along: scalar(2),
  };
  const pieces = {
    ...oneNode('Slice', [1, 2, 6], {}, constants, 27),
    nodes: [
      cut('a', 0, 2),
      cut('b', 2, 6),
      { ...first, inputs: ['a', 'w'], outputs: ['y', 's'] },
      { ...first, inputs: ['b', 'w', '', 's'], outputs: ['v', 'state'] },
      { type: 'Concat', inputs: ['y', 'v'], outputs: ['z'], attributes: { axis: 2 } },
    ],
  };
  const whole = oneNode('CausalConvWithState', [1, 2, 6], {}, { w }, 27);
  expect(runOnnx(pieces, input)).toEqual(runOnnx(whole, input));
});
