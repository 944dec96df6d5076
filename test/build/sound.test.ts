import { expect, it } from 'vitest';
import { initialiserLines } from '../../src/codegen/literals.ts';
import { emitSoundPreprocess } from '../../src/codegen/preprocess-sound.ts';
import { SoundFrames } from '../../src/preprocess/sound-frames.ts';
import { framesTensor, soundLength, soundTensor } from '../../src/preprocess/sound-tensor.ts';
import { concatBytes } from '../../src/support/bytes.ts';
import { Random } from '../../src/support/random.ts';
import { emulatedBoard } from '../../src/target/emulated.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { PUT } from '../support/firmware-text.ts';
import { printedBy } from '../support/preprocess-firmware.ts';
import { SEED } from '../support/seeds.ts';
import { smallNetwork } from '../support/small-model.ts';
import { quantOf, soundPlan, synthesise } from '../support/sounds.ts';

/** Both kinds of spectra, transforms of both parities, every part on and off, types and orders of inputs. */
const PLANS = {
  micro: soundPlan({ dtype: 'int8', shape: [1, 120], quant: quantOf(0.1, -128) }, 'micro_speech'),
  kws: soundPlan({ dtype: 'int8', shape: [1, 3, 10, 1], quant: quantOf(0.58, 83) }, 'kws'),
  energies: soundPlan(
    { dtype: 'uint8', shape: [1, 6, 2], quant: quantOf(0.05, 3) },
    {
      ...{ spectrum: 'energy', sampleRate: 4000, window: 15, stride: 7.5 },
      ...{ mels: 6, lower: 60, upper: 1900, noiseReduction: { even: 0.1, smoothingBits: 7 } },
    },
  ),
  cepstrum: soundPlan(
    { dtype: 'int16', shape: [1, 2, 8], quant: quantOf(0.001, -5) },
    {
      ...{ preset: 'micro_speech', mapping: 'quantization', std: 1 },
      ...{ window: 40, stride: 40, mels: 23, coefficients: 8 },
    },
  ),
  logarithms: soundPlan(
    { dtype: 'float32', shape: [1, 12, 3] },
    {
      ...{ sampleRate: 8000, window: 25.13, stride: 10, mels: 12, lower: 100, upper: 3900 },
      ...{ normalize: 'peak', mean: -3.7, std: 1.9, floor: 1e-5 },
    },
  ),
  wide: soundPlan(
    { dtype: 'float32', shape: [2, 20] },
    { sampleRate: 44_100, window: 40, stride: 13, mels: 20, upper: 20_000, fft: 2048 },
  ),
};

/** Frames more than an input has: it slides along. */
const MORE = 3;

const sounds = Object.values(synthesise(6000, SEED));
const random = new Random(SEED);
/** How many samples come at a time. */
const PIECES = Array.from({ length: 64 }, () => random.pick([0, 1, 2, 7, 160, 320, 999]));

// What the firmware prints for each sound: of each plan the first input, then the one that is three frames later.
function expected(sound: Int16Array): Uint8Array {
  return concatBytes(
    Object.values(PLANS).flatMap((plan) => {
      const made = new SoundFrames(plan);
      const frames = Array.from({ length: plan.frames + MORE }, (_, i) =>
        made.next(sound.subarray(i * plan.stride, i * plan.stride + plan.window)),
      );
      const first = framesTensor(plan, frames.slice(0, plan.frames));
      expect(first).toEqual(soundTensor(sound.subarray(0, soundLength(plan)), plan));
      return [first, framesTensor(plan, frames.slice(MORE))];
    }),
  );
}

function mainOf(): string {
  const plans = Object.entries(PLANS).map(([name, { dtype, frames, features }]) => {
    const ctype = dtype === 'float32' ? 'float' : `${dtype}_t`;
    return `static ${name}_preprocess_state ${name};
static void hear_${name}(uint32_t k)
{
    ${ctype} input[${frames * features}];
    uint32_t heard = 0u, piece = k, count = 0u;
    const int16_t *pcm = sounds[k];
    ${name}_preprocess_reset(&${name});
    while (heard < ${frames + MORE}u) {
        while (heard < ${frames + MORE}u && ${name}_preprocess_push(&${name}, &pcm, &count)) {
            heard++;
            if (${name}_preprocess_input(&${name}, input) != (heard >= ${frames}u)) { platform_put('!'); }
            if (heard == ${frames}u || heard == ${frames + MORE}u) { put(k, (const uint8_t *)input, sizeof input); }
        }
        count = pieces[piece++ % ${PIECES.length}u];
    }
}`;
  });
  return `
#include "platform.h"
#include <stdio.h>
${Object.keys(PLANS)
  .map((name) => `#include "${name}_preprocess.h"`)
  .join('\n')}
static const int16_t sounds[][${sounds[0]!.length}] = {
${sounds.map((sound) => `{\n${initialiserLines(sound).join('\n')}\n},`).join('\n')}
};
static const uint32_t pieces[] = {${PIECES.join(', ')}};
${PUT}
${plans.join('\n')}
int main(void)
{
    platform_begin();
    print("thimble 1 small in 0 out 0 crc 00000000\\n");
    for (uint32_t k = 0u; k < ${sounds.length}u; k++) {
        offset = 0u;
        ${Object.keys(PLANS)
          .map((name) => `hear_${name}(k);`)
          .join('\n        ')}
    }
    print("thimble done ${sounds.length} vectors 0 ticks\\n");
    platform_end();
    return 0;
}
`;
}

const preprocess = new Map(
  Object.entries(PLANS).flatMap(([name, plan]) => [...emitSoundPreprocess(name, plan)]),
);

it.each([
  ['host', 'mps2-an386'],
  ['qemu', 'mps2-an386'],
  ['qemu', 'rp2040-pico'],
] as const)(
  'sounds in pieces become the inputs that the reference makes: %s, %s',
  async (where, name) => {
    const { board } = emulatedBoard(loadBoard(name));
    const wanted = sounds.map(expected);
    const firmware = {
      ...{ graph: smallNetwork(), preprocess, main: mainOf() },
      ...{ blocks: wanted.length, blockBytes: wanted[0]!.length },
    };
    expect(await printedBy(firmware, where, board)).toEqual(wanted);
  },
);
