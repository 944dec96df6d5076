/**
 * A keyword spotter in firmware: 16-bit PCM in, 20 ms at a time, a spotted word out, under QEMU, and
 * every byte of it compared with the reference in TypeScript.
 *
 *   npx tsx examples/keyword-spotting/prove.ts [--models DIR] [FILE.wav ...]
 *
 * Models are TFLite Micro's micro_speech_quantized.tflite and MLPerf Tiny's kws_ref_model.tflite, from
 * ../shared/models unless said; one that is not there is skipped. Without files the sounds are
 * synthesised here: a hum, a sweep and noise, no words, so that what is spotted means nothing.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { loadBoard, loadModel } from '../../src/index.ts';
import { Random } from '../../src/support/random.ts';
import { firstDifference } from '../../src/support/bytes.ts';
import { readSound } from '../../src/workflow/read-sound.ts';
import { spot, spotInFirmware } from './spotter.ts';
import type { Spotter } from './spotter.ts';

const RATE = 16_000;
/** What is around a sound, and how much is heard in all. */
const BEFORE = 8000;
const HEARD = 35_200;

const MODELS = [
  {
    file: 'micro_speech_quantized.tflite',
    preset: 'micro_speech',
    board: 'nrf52840-dk',
    labels: 'silence unknown yes no',
    firstWord: 2,
    lastWord: 3,
  },
  {
    file: 'kws_ref_model.tflite',
    preset: 'kws',
    board: 'nucleo-l4r5zi',
    labels: 'down go left no off on right stop up yes silence unknown',
    firstWord: 0,
    lastWord: 9,
  },
] as const;

const given = process.argv.slice(2);
const at = given.indexOf('--models');
const [, folder = '../shared/models'] = at === -1 ? [] : given.splice(at, 2);
const random = new Random(1);
const noise = () => random.int(-40, 40);

// Sounds as a microphone hears them: something before and behind, and a little noise.
function scene(sound: ArrayLike<number>): Int16Array {
  return Int16Array.from({ length: HEARD }, (_, i) =>
    Math.min(Math.max((sound[i - BEFORE] ?? 0) + noise(), -32768), 32767),
  );
}

function synthesised(): [string, Int16Array][] {
  const made = (sample: (i: number) => number) =>
    scene(Int16Array.from({ length: RATE }, (_, i) => sample(i)));
  return [
    ['a hum (synthesised)', made((i) => (i % 120 < 40 ? 6000 : -3000))],
    ['a sweep (synthesised)', made((i) => 9000 * Math.sin(i * (0.05 + i * 2e-5)))],
    ['noise (synthesised)', made(() => random.int(-6000, 6000))],
  ];
}

async function recorded(): Promise<[string, Int16Array][]> {
  return Promise.all(
    given.map(
      async (file) =>
        [path.basename(file), scene(await readSound(file, RATE))] as [string, Int16Array],
    ),
  );
}

const sounds = given.length > 0 ? await recorded() : synthesised();
for (const { file, preset, board, labels, firstWord, lastWord } of MODELS) {
  const place = path.join(folder, file);
  if (!existsSync(place)) {
    console.log(`${file}: SKIPPED, ${place} is not there (--models DIR)`);
    continue;
  }
  const spotter: Spotter = { model: await loadModel(place), preset, firstWord, lastWord };
  const heard = await spotInFirmware(
    spotter,
    loadBoard(board),
    sounds.map(([, sound]) => sound),
  );
  for (const [i, [name, sound]] of sounds.entries()) {
    const [wanted, got] = [spot(spotter, sound), heard[i]!];
    const same = firstDifference(got.bytes, wanted.bytes) === -1;
    if (!same) process.exitCode = 1;
    const word =
      got.word === undefined
        ? 'no word'
        : `"${labels.split(' ')[got.word]!}" after ${got.afterMs} ms`;
    console.log(
      `${file} on ${board}: ${name}: ${word}, ${same ? 'every byte as in the reference' : 'NOT what the reference gives'}`,
    );
  }
}
