import { describe, expect, it } from 'vitest';
import { quantizeGraph } from '../../src/compress/quantize.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { loadModel } from '../../src/workflow/load-model.ts';
import { judgeModel } from '../support/judge-model.ts';
import { goldenFiles, hasShared, modelFile, readGolden } from '../support/shared.ts';

const outputs = (name: string) => goldenFiles(name, /\.out\.bin$/);
const asFloats = (bytes: Uint8Array) => new Float32Array(bytes.slice().buffer);

// The photographs as these models take them (design: baseline.md, "Which rounding").
const PHOTOS: Record<string, (file: string) => Uint8Array> = {
  vww_96_float: (file) => {
    const bytes = new Int8Array(readGolden('vww_96_int8', file));
    return bytesOf(Float32Array.from(bytes, (x) => (x + 128) / 255));
  },
  vww_challenge_float: (file) =>
    bytesOf(Float32Array.from(readGolden('vww_challenge_uint8', file), (x) => x / 127.5 - 1)),
};

describe.skipIf(!hasShared).each(Object.keys(PHOTOS))('%s', (name) => {
  const files = hasShared ? outputs(name) : [];
  const inputs = () => files.map((file) => PHOTOS[name]!(file.replace('.out.', '.in.')));

  it('is within 1e-4 of LiteRT', async () => {
    const interpreter = new Interpreter((await loadModel(modelFile(name))).graph);
    inputs().forEach((input, i) => {
      const expected = asFloats(readGolden(name, files[i]!));
      asFloats(interpreter.runBytes(input)).forEach((x, j) =>
        expect(Math.abs(x - expected[j]!)).toBeLessThan(1e-4),
      );
    });
  });

  it('keeps its verdicts when quantized with the photographs', async () => {
    const float = (await loadModel(modelFile(name))).graph;
    const quantized = new Interpreter(
      quantizeGraph(float, inputs(), { method: 'mse', io: 'float' }),
    );
    const verdict = ([no = 0, yes = 0]: Float32Array) => yes > no;
    inputs().forEach((input, i) => {
      // The float score of the motorcycle in the challenge model is 0.51: either way is right.
      if (name === 'vww_challenge_float' && files[i]!.includes('motorcycle')) return;
      const found = verdict(asFloats(quantized.runBytes(input)));
      expect(found, files[i]).toBe(verdict(asFloats(readGolden(name, files[i]!))));
    });
  });
});

describe.skipIf(!hasShared)('float arithmetic is the same on every target', () => {
  it.each(['vww_96_float', 'lenet_300_100', 'pretrainedResnet'])('%s', (name) =>
    judgeModel(modelFile(name), ['mps2-an386', 'mps2-an385']),
  );
});
