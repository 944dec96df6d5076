import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { thimble as run } from '../support/cli.ts';
import { json } from '../support/cli-folder.ts';
import { FloatGraph } from '../support/float-graphs.ts';
import { thimbleFile } from '../support/small-model.ts';
import { synthesise, wavFile, writeWav } from '../support/sounds.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder('sounds');
const at = (...names: string[]) => path.join(folder, ...names);
const thimble = (...args: string[]) => run(folder, args);

/** Tells low sounds from high ones: means of the lower and the upper 8 of 16 filters, over 20 frames. */
function pitchNetwork() {
  const graph = new FloatGraph();
  const halves = graph.node('reshape', { shape: [1, 2, 160] }, [graph.input([1, 16, 20])]);
  return graph.finish(
    graph.node('mean', { axes: [2], keepDims: false, rounding: 'double' }, [halves]),
  );
}

const SETTINGS = {
  ...{ spectrum: 'magnitude', mels: 16, lower: 50, upper: 8000 },
  ...{ floor: 0.01, mean: 0, std: 4 },
};

const hum = (period: number, seed: number) => {
  const noise = synthesise(8000, seed).noise!;
  return noise.map((sample, i) => (i % period < period / 2 ? 9000 : -9000) + (sample >> 9));
};

writeFileSync(at('pitch.thimble'), thimbleFile(pitchNetwork()));
writeFileSync(at('labels.txt'), 'low\nhigh\n');
for (const [i, period] of [80, 100, 130].entries())
  writeWav(at('heard/low', `${i}.wav`), hum(period, i + 1));
for (const [i, period] of [2, 3, 4].entries())
  writeWav(at('heard/high', `${i}.wav`), hum(period, i + 7));

describe('with a sound in the preprocess of the configuration', () => {
  it('WAV files go into quantize, run, test and accuracy alike', async () => {
    writeFileSync(at('thimble.config.json'), JSON.stringify({ preprocess: { sound: SETTINGS } }));
    const calibrate = ['--calibrate', 'heard', '-o', 'int8.thimble', '--io', 'int8'];
    const quantized = await thimble('quantize', 'pitch.thimble', ...calibrate);
    expect(quantized.code, quantized.err).toBe(0);

    const inputs = ['--inputs', 'heard', '--labels', 'labels.txt', '--min-agreement', '100'];
    const both = await thimble('accuracy', 'pitch.thimble', 'int8.thimble', ...inputs, '--json');
    expect(both.code, both.err).toBe(0);
    expect(json(both.out)).toMatchObject({ samples: 6, labelled: 6, correct: [6, 6], agreeing: 6 });

    const sound = ['--input', 'heard/high/1.wav', '--labels', 'labels.txt'];
    const ran = await thimble('run', 'int8.thimble', '--on', 'reference', ...sound);
    expect(ran.code, ran.err).toBe(0);
    expect(ran.out).toMatch(/^label +score\nhigh/);

    const tested = await thimble('test', 'int8.thimble', '--on', 'host', '--inputs', 'heard');
    expect(tested.code, tested.err).toBe(0);
    expect(tested.out).toMatch(/6 vectors, every byte equal to the reference/);
  });

  it('compile writes the same as C beside the library', async () => {
    const board = ['-b', 'mps2-an386', '--name', 'pitch', '-o', 'library'];
    const { code, err } = await thimble('compile', 'int8.thimble', ...board);
    expect(code, err).toBe(0);
    expect(readFileSync(at('library', 'pitch_preprocess.h'), 'utf8')).toMatch(
      /bool pitch_preprocess_push\(pitch_preprocess_state \*state, const int16_t \*\*pcm, uint32_t \*count\);/,
    );
    expect(existsSync(at('library', 'pitch_preprocess.c'))).toBe(true);
  });
});

describe('what cannot be heard is told: 2', () => {
  it('all files that are no sounds, or of another rate, at once, and nothing is written', async () => {
    mkdirSync(at('broken'));
    const whole = wavFile(hum(80, 1));
    writeFileSync(at('broken/cut.wav'), whole.subarray(0, 5000));
    writeFileSync(at('broken/rate.wav'), wavFile(hum(80, 1), 44_100));
    writeFileSync(at('broken/text.wav'), 'no sound, but as long as a head');
    const args = ['--calibrate', 'broken', '-o', 'broken.thimble'];
    const { code, err } = await thimble('quantize', 'pitch.thimble', ...args);
    expect(code).toBe(2);
    const told = [...err.matchAll(/error\[bad-sound\]: (.*)\n +--> broken\/(.*)/g)].map(
      ([, message, file]) => `${file}: ${message}`,
    );
    expect(told).toEqual([
      expect.stringMatching(/^cut.wav: its "data" is cut off/),
      'rate.wav: it has 44100 samples a second, the model takes 16000',
      expect.stringMatching(/^text.wav: it does not begin as a WAV file/),
    ]);
    expect(existsSync(at('broken.thimble'))).toBe(false);
  });

  it.each([
    [{}, /no-preprocess.*features/],
    [{ preprocess: { std: 1 } }, /no-preprocess.*features/],
    [{ preprocess: { sound: 'kws' } }, /bad-preprocess.*10 features a frame/],
    [{ preprocess: { sound: { melz: 1 } } }, /bad-config.*preprocess\.sound/],
  ])(
    'settings that are missing, or suit neither the model nor anything: %j',
    async (config, told) => {
      writeFileSync(at('other.json'), JSON.stringify(config));
      const input = ['--on', 'reference', '--input', 'heard/low/0.wav', '--labels', 'labels.txt'];
      const { code, err } = await thimble(
        'run',
        'pitch.thimble',
        ...input,
        '--config',
        'other.json',
      );
      expect([code, err]).toEqual([2, expect.stringMatching(told)]);
    },
  );
});
