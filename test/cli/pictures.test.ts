import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync, crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { thimble as run } from '../support/cli.ts';
import { json } from '../support/cli-folder.ts';
import { colourNetwork, COLOURS, writePicture } from '../support/picture-files.ts';
import { thimbleFile } from '../support/small-model.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder('pictures');
const at = (...names: string[]) => path.join(folder, ...names);
const thimble = (...args: string[]) => run(folder, args);

const SIZES = [
  [20, 12],
  [8, 8],
  [7, 30],
] as const;
writeFileSync(at('colours.thimble'), thimbleFile(colourNetwork(8)));
writeFileSync(at('labels.txt'), 'red\ngreen\nblue\n');
for (const [name, colour] of Object.entries(COLOURS))
  for (const [i, [width, height]] of SIZES.entries())
    writePicture(at('photos', name, `${i}.${i === 1 ? 'jpg' : 'png'}`), width, height, colour, i);

describe('with a preprocess in the configuration', () => {
  it('pictures go into quantize, run, test and accuracy alike', async () => {
    writeFileSync(at('thimble.config.json'), JSON.stringify({ preprocess: { std: 255 } }));
    const calibrate = ['--calibrate', 'photos', '-o', 'int8.thimble', '--io', 'int8'];
    const quantized = await thimble('quantize', 'colours.thimble', ...calibrate);
    expect(quantized.code, quantized.err).toBe(0);
    expect(quantized.err).toBe('');
    expect(quantized.out).toMatch(/output +MAE +RMSE[^]*top-1 agreement 100.00% \(2 of 2\)/);

    const inputs = ['--inputs', 'photos', '--labels', 'labels.txt', '--min-agreement', '100'];
    const both = await thimble(
      ...['accuracy', 'colours.thimble', 'int8.thimble', ...inputs],
      ...['--min-accuracy', '100', '--json', '--junit', 'accuracy.xml'],
    );
    expect(both.code, both.err).toBe(0);
    expect(json(both.out)).toMatchObject({
      ...{ samples: 9, labelled: 9, correct: [9, 9], agreeing: 9, passed: true },
      classes: ['red', 'green', 'blue'],
      confusion: [0, 1, 2].map((index) => ({ from: index, to: index, count: 3 })),
    });
    expect(readFileSync(at('accuracy.xml'), 'utf8')).toMatch(/tests="2" failures="0"/);

    const picture = ['--input', 'photos/blue/1.jpg', '--labels', 'labels.txt'];
    const ran = await thimble('run', 'int8.thimble', '--on', 'reference', ...picture);
    expect(ran.code, ran.err).toBe(0);
    expect(ran.out).toMatch(/^label +score\nblue +0\.9/);

    const tested = await thimble('test', 'int8.thimble', '--on', 'host', '--inputs', 'photos');
    expect(tested.code, tested.err).toBe(0);
    expect(tested.out).toMatch(/9 vectors, every byte equal to the reference/);
  });

  it('compile writes the same preprocessing as C beside the library', async () => {
    const board = ['-b', 'mps2-an386', '--name', 'colours', '-o', 'library'];
    const { code, err } = await thimble('compile', 'int8.thimble', ...board);
    expect(code, err).toBe(0);
    expect(readFileSync(at('library', 'colours_preprocess.h'), 'utf8')).toMatch(
      /bool colours_preprocess_row\(const thimble_frame \*frame, uint32_t y, int8_t \*row\);/,
    );
    expect(existsSync(at('library', 'colours_preprocess.c'))).toBe(true);
    expect(existsSync(at('library', 'runtime', 'thimble_frame.h'))).toBe(true);
  });

  it('accuracy below what is asked for: 1, with the worst input by name', async () => {
    // Two of the nine are called what they are not.
    writeFileSync(at('wrong.csv'), 'file,class\nred/0.png,1\nred/1.jpg,1\nblue/0.png,2\n');
    const args = ['--inputs', 'photos', '--labels', 'wrong.csv', '--min-accuracy', '50'];
    const { code, out, err } = await thimble('accuracy', 'int8.thimble', ...args);
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/below-minimum.*33\.33%, less than 50%/),
    ]);
    expect(out).toMatch(/top-1 33\.33% \(1 of 3\)[^]*worst inputs\n.*\nred\//);
  });
});

describe('without one', () => {
  const none = ['--config', 'none.json'];
  writeFileSync(at('none.json'), '{}');

  it('a quantized input tells what pixels become, a float one does not', async () => {
    const input = ['--on', 'reference', '--input', 'photos/green/0.png', '--labels', 'labels.txt'];
    const float = await thimble('run', 'colours.thimble', ...input, ...none);
    expect([float.code, float.err]).toEqual([2, expect.stringMatching(/no-preprocess.*float/)]);
    const range = ['--range', 'input0=0:1', '--force', '-o', 'ranged.thimble', '--io', 'int8'];
    const ranged = await thimble('quantize', 'colours.thimble', '--calibrate', 'photos', ...range);
    expect(ranged.code, ranged.err).toBe(0);
    const int8 = await thimble('run', 'ranged.thimble', ...input, ...none);
    expect(int8.code, int8.err).toBe(0);
    expect(int8.out).toMatch(/^label +score\ngreen +0\.8/);
  });

  it('calibration with the levels of pixels is warned of', async () => {
    writeFileSync(at('raw.json'), JSON.stringify({ preprocess: { mean: 0, std: 1 } }));
    const args = ['--calibrate', 'photos', '-o', 'raw.thimble', '--config', 'raw.json'];
    const { code, err } = await thimble('quantize', 'colours.thimble', ...args);
    expect([code, err]).toEqual([0, expect.stringMatching(/warning\[unlikely-inputs\].*pixels/)]);
  });
});

it('all files that are no pictures, or huge ones, are told at once: 2, and nothing is written', async () => {
  mkdirSync(at('broken'));
  const whole = readFileSync(at('photos/red/0.png'));
  writeFileSync(at('broken/cut.png'), whole.subarray(0, whole.length / 2));
  writeFileSync(at('broken/cut.jpg'), readFileSync(at('photos/red/1.jpg')).subarray(0, 500));
  writeFileSync(at('broken/huge.png'), bomb(60_000, 60_000, 0));
  writeFileSync(at('broken/swollen.png'), bomb(4, 4, 1));
  writeFileSync(at('broken/text.png'), 'no picture');
  const args = ['--calibrate', 'broken', '-o', 'broken.thimble'];
  const { code, err } = await thimble('quantize', 'colours.thimble', ...args);
  expect(code).toBe(2);
  const told = [...err.matchAll(/error\[bad-picture\][^]*?--> broken\/(.*)/g)].map(
    ([, file]) => file,
  );
  expect(told).toEqual(['cut.jpg', 'cut.png', 'huge.png', 'swollen.png', 'text.png']);
  expect(existsSync(at('broken.thimble'))).toBe(false);
});

it('labels that are too few, and a setting that suits no input, are told: 2', async () => {
  writeFileSync(at('two.txt'), 'red\ngreen\n');
  const input = ['run', 'int8.thimble', '--on', 'reference', '--input', 'photos/red/0.png'];
  const few = await thimble(...input, '--labels', 'two.txt');
  expect([few.code, few.err]).toEqual([2, expect.stringMatching(/bad-labels.*2 classes.* 3/)]);
  writeFileSync(at('grey.json'), JSON.stringify({ preprocess: { channels: 'grey', std: 255 } }));
  const grey = await thimble(...input, '--labels', 'labels.txt', '--config', 'grey.json');
  expect([grey.code, grey.err]).toEqual([2, expect.stringMatching(/bad-preprocess.*"grey"/)]);
});

// A PNG of a few bytes that says, or holds, much more than that.
function bomb(width: number, height: number, interlaced: 0 | 1): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, interlaced], 8);
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const inflated = deflateSync(Buffer.alloc(2 ** 24), { level: 9 });
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const chunks = [chunk('IHDR', header), chunk('IDAT', inflated), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([magic, ...chunks]);
}
