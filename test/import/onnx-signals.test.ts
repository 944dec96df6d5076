import { describe, expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import { Random } from '../../src/support/random.ts';
import { oneNode, refusalOf, runOnnx, wholes } from '../support/onnx-run.ts';
import { floats, int64s, writeOnnx } from '../support/onnx-writer.ts';
import type { WrittenModel } from '../support/onnx-writer.ts';
import { SEED } from '../support/seeds.ts';

const scalar = (value: number) => ({ dims: [], data_type: 7, int64_data: [value] });

function expectClose(found: readonly number[], expected: readonly number[]) {
  expect(found).toHaveLength(expected.length);
  found.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 4));
}

describe('Fourier transforms', () => {
  it('are the sums of their definition, cut or filled with zeros', () => {
    const random = new Random(SEED);
    for (const length of [1, 2, 5, 8, 12]) {
      const size = random.int(1, 10);
      const input = wholes(random, size * 2);
      const model = oneNode('DFT', [1, size, 2], {}, { n: scalar(length), axis: scalar(1) });
      const expected = Array.from({ length }, (_, k) => {
        let [re, im] = [0, 0];
        for (let t = 0; t < Math.min(size, length); t++) {
          const angle = (-2 * Math.PI * k * t) / length;
          re += input[2 * t]! * Math.cos(angle) - input[2 * t + 1]! * Math.sin(angle);
          im += input[2 * t]! * Math.sin(angle) + input[2 * t + 1]! * Math.cos(angle);
        }
        return [re, im];
      });
      expectClose(runOnnx(model, input), expected.flat());
    }
  });

  it('half a spectrum gives the signal back', () => {
    const random = new Random(SEED);
    for (const length of [2, 7, 10]) {
      const input = wholes(random, length * 3);
      const n = scalar(length);
      const model: WrittenModel = {
        ...oneNode('DFT', [length, 3, 1], {}, { n, axis: scalar(0) }),
        nodes: [
          {
            ...{ type: 'DFT', inputs: ['x', 'n', 'axis'], outputs: ['y'] },
            attributes: { onesided: 1 },
          },
          {
            ...{ type: 'DFT', inputs: ['y', 'n', 'axis'], outputs: ['z'] },
            attributes: { onesided: 1, inverse: 1 },
          },
        ],
      };
      expectClose(runOnnx(model, input), input);
    }
  });

  it('of frames of a signal are one convolution', () => {
    const window = [0.5, 1, 1, 0.25];
    const constants = { step: scalar(3), window: floats([4], window) };
    const model = oneNode('STFT', [1, 10, 1], {}, constants, 17);
    const { nodes } = importModel(writeOnnx(model), 'test.onnx');
    expect(nodes.map(({ op }) => op)).toContain('conv2d');
    const input = [1, -2, 3, 0, 4, -1, 2, 2, -3, 1];
    const expected = [0, 3, 6].flatMap((start) =>
      [0, 1, 2].flatMap((k) => {
        const parts = window.map((w, t) => w * input[start + t]!);
        const angle = (t: number) => (-2 * Math.PI * k * t) / 4;
        return [
          parts.reduce((sum, part, t) => sum + part * Math.cos(angle(t)), 0),
          parts.reduce((sum, part, t) => sum + part * Math.sin(angle(t)), 0),
        ];
      }),
    );
    expectClose(runOnnx(model, input), expected);
  });

  it('of long signals are computed in stages, those of their frames, too', () => {
    const random = new Random(SEED);
    const [time, length, step] = [200, 120, 16];
    const input = wholes(random, time);
    const n = scalar(length);
    const dft = oneNode('DFT', [1, time, 1], { onesided: 1 }, { n, axis: scalar(1) });
    const stft = oneNode('STFT', [1, time, 1], {}, { step: scalar(step), none: n }, 17);
    const model = { ...stft, nodes: [{ ...stft.nodes[0]!, inputs: ['x', 'step', '', 'none'] }] };
    for (const each of [dft, model])
      expect(importModel(writeOnnx(each), 'test.onnx').nodes.map(({ op }) => op)).toContain('fft');
    const spectrum = (start: number) =>
      Array.from({ length: length / 2 + 1 }, (_, k) => {
        const angles = Array.from({ length }, (_, t) => (-2 * Math.PI * k * t) / length);
        const along = (of: (angle: number) => number) =>
          angles.reduce((sum, angle, t) => sum + input[start + t]! * of(angle), 0);
        return [along(Math.cos), along(Math.sin)];
      }).flat();
    const near = (found: readonly number[], expected: readonly number[]) =>
      found.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 2));
    near(runOnnx(dft, input), spectrum(0));
    near(runOnnx(model, input), [0, 16, 32, 48, 64, 80].flatMap(spectrum));
    const back = oneNode('DFT', [61, 2], { onesided: 1, inverse: 1 }, { n, axis: scalar(0) });
    near(runOnnx(back, spectrum(0)), input.slice(0, length));
  });

  it('refuse what is no spectrum', () => {
    const half = oneNode('DFT', [1, 4, 2], { onesided: 1 }, {});
    expect(refusalOf(half)).toMatch(/half a spectrum/);
    expect(refusalOf(oneNode('DFT', [1, 4, 3], {}))).toMatch(/holds no complex numbers/);
    const parts = oneNode('DFT', [1, 4, 2], { axis: 2 }, {}, 17);
    expect(refusalOf(parts)).toMatch(/along real and imaginary parts/);
  });
});

describe('tables', () => {
  const table = (type: string, size: number, attributes = {}): WrittenModel => ({
    ...{ opset: 17, inputs: { x: [1] }, outputs: ['z'], constants: { n: scalar(size) } },
    nodes: [
      { type, inputs: ['n'], outputs: ['w'], attributes },
      { type: 'Mul', inputs: ['x', 'w'], outputs: ['z'] },
    ],
  });

  it('windows are symmetric, or turn once and begin anew', () => {
    expectClose(runOnnx(table('HannWindow', 4), [2]), [0, 1, 2, 1]);
    expectClose(runOnnx(table('HannWindow', 3, { periodic: 0 }), [2]), [0, 2, 0]);
    expectClose(runOnnx(table('BlackmanWindow', 3, { periodic: 0 }), [1]), [0, 1, 0]);
    expect(refusalOf(table('HannWindow', 1, { periodic: 0 }))).toMatch(/has no shape/);
  });
});

describe('borders', () => {
  const padded = (mode: string, pads: readonly number[], count = 4) =>
    runOnnx(
      oneNode('Pad', [count], { mode }, { pads: int64s(pads) }),
      [1, 2, 3, 4].slice(0, count),
    );

  it('mirror, repeat the end, or go on from the other end', () => {
    expect(padded('reflect', [2, 1])).toEqual([3, 2, 1, 2, 3, 4, 3]);
    expect(padded('edge', [2, 3])).toEqual([1, 1, 1, 2, 3, 4, 4, 4, 4]);
    expect(padded('wrap', [2, 1])).toEqual([3, 4, 1, 2, 3, 4, 1]);
    expect(padded('edge', [-1, 2])).toEqual([2, 3, 4, 4, 4]);
  });

  it('wider than what they mirror are refused', () => {
    const wide = oneNode('Pad', [2], { mode: 'reflect' }, { pads: int64s([2, 0]) });
    expect(refusalOf(wide)).toMatch(/wider than \[2\], which it mirrors/);
  });
});
