import { quarterCosine, UNIT_16, UNIT_32 } from '../signal/circle.ts';
import { LOGARITHM_OF_TWO, LOGARITHMS, naturalLogarithm } from '../signal/logarithm.ts';
import type { MelBank } from '../signal/mel.ts';
import type { SoundPlan } from '../preprocess/sound-plan.ts';
import { assert } from '../support/diagnostics.ts';
import { bytesPerElement } from '../support/dtypes.ts';
import { VERSION } from '../support/version.ts';
import type { Files } from './emit.ts';
import { arrayType, ctypeOf, floatLiteral, initialiserLines } from './literals.ts';
import { render } from './render.ts';

type Table = Uint8Array | Int16Array | Int32Array;

/**
 * C that makes a model's input of 16-bit PCM, byte for byte as soundTensor does of the same sound: two
 * files beside the library of `name`.
 */
export function emitSoundPreprocess(name: string, plan: SoundPlan): Files {
  const tables = tablesOf(plan);
  const { levels, transform, peak, values } = plan;
  const isEnergy = levels.kind === 'energy';
  const view = {
    ...{ name, plan, transform, peak, macro: name.toUpperCase(), version: VERSION },
    ...{ ctype: ctypeOf(plan.dtype), what: describe(plan) },
    ...{ energy: isEnergy, magnitude: !isEnergy, wide: !isEnergy },
    ...{ noise: isEnergy && levels.noise, pcan: isEnergy && levels.pcan },
    odd: Math.log2(plan.size / 2) % 2 === 1,
    channels: plan.bank.widths.length - 1,
    source: isEnergy
      ? "Computes as TFLite Micro's signal library does."
      : 'Computes as tf.signal does, in whole numbers.',
    tables: tables.map(([called, array, what]) => ({
      ...{ name: called, what, type: arrayType(array).ctype, size: array.length },
      lines: initialiserLines(array),
    })),
    constants: {
      ln2: LOGARITHM_OF_TWO,
      fullScale: naturalLogarithm(32768),
      one: 2 ** plan.bank.bits - 1,
      ...(values.kind === 'float' && {
        factor: floatLiteral(values.factor),
        offset: floatLiteral(values.offset),
      }),
    },
    whole: values.kind === 'whole',
    stateBytes: stateBytes(plan),
    tableBytes: tables.reduce((sum, [, array]) => sum + array.byteLength, 0),
  };
  return new Map([
    [`${name}_preprocess.h`, render('preprocess/sound.h.ejs', view)],
    [`${name}_preprocess.c`, render('preprocess/sound.c.ejs', view)],
  ]);
}

/** Bytes of RAM that the state takes, between two frames and in them. */
export function stateBytes(plan: SoundPlan): number {
  const { levels, size, window, frames, features, peak, dtype } = plan;
  const isEnergy = levels.kind === 'energy';
  const noise = isEnergy && levels.noise ? 4 * (plan.bank.widths.length - 1) : 0;
  const kept = frames * features * (peak ? 2 : bytesPerElement(dtype));
  const even = (bytes: number) => bytes + (bytes & 1);
  const bytes = size * (isEnergy ? 2 : 4) + noise + even(kept) + (peak ? 2 * frames : 0);
  return Math.ceil((bytes + 2 * window + 6) / 4) * 4;
}

function tablesOf({ hann, size, bank, levels, transform }: SoundPlan) {
  const isEnergy = levels.kind === 'energy';
  const cosines = quarterCosine(size, isEnergy ? UNIT_16 : UNIT_32);
  const tables: [string, Table, string][] = [
    [
      'window',
      isEnergy ? Int16Array.from(hann.half) : hann.half,
      'The first half of a Hann window.',
    ],
    ['cosines', isEnergy ? Int16Array.from(cosines) : cosines, 'Of a quarter of SIZE steps.'],
    ['widths', narrow(bank.widths), 'Bins up to the top of each channel, and to the end.'],
    ['shares', sharesOf(bank), 'What the channel that ends there gets of each bin.'],
    ['logarithms', Int16Array.from(LOGARITHMS), 'What log2(1 + x) is more than x, in 65536ths.'],
  ];
  if (isEnergy && levels.pcan)
    tables.push([
      'gains',
      levels.pcan.table,
      'Parabolas, of each number of bits that a level has.',
    ]);
  if (transform)
    tables.push([
      'transform_cosines',
      Int16Array.from(transform.quarter),
      'Of a quarter of 4 * CHANNELS steps.',
    ]);
  return tables;
}

function narrow(widths: readonly number[]): Table {
  return widths.some((width) => width > 255) ? Int16Array.from(widths) : Uint8Array.from(widths);
}

// The next channel gets what is left of 1; the highest bit says that nothing was cut there.
function sharesOf({ falling, rising, bits }: MelBank): Int16Array {
  return falling.map((share, i) => {
    const cut = 2 ** bits - share - rising[i]!;
    assert(cut === 0 || cut === 1, `a bin's shares are ${cut} less than 1`);
    return cut === 0 ? share - 32768 : share;
  });
}

function describe({ rate, window, stride, bank, levels, transform, frames }: SoundPlan): string {
  const kinds = [
    `${bank.widths.length - 1} mel filters`,
    ...(levels.kind === 'energy' && levels.noise ? ['noise reduction'] : []),
    ...(levels.kind === 'energy' && levels.pcan ? ['PCAN'] : []),
    transform ? `${transform.coefficients} cepstral coefficients` : 'logarithms',
  ];
  const ms = (samples: number) => (1000 * samples) / rate;
  return `${frames} frames of ${ms(window)} ms every ${ms(stride)} ms, ${kinds.join(', ')}`;
}
