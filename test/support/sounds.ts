import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { GraphBuilder } from '../../src/ir/graph.ts';
import type { Graph, TensorType } from '../../src/ir/types.ts';
import { planSound } from '../../src/preprocess/sound-plan.ts';
import type { SoundPlan } from '../../src/preprocess/sound-plan.ts';
import { soundSettings } from '../../src/preprocess/sound-settings.ts';
import { Random } from '../../src/support/random.ts';

/** Synthesised sounds, `length` samples of each: smooth and harsh, loud and soft, and nothing at all. */
export function synthesise(length: number, seed: number): Record<string, Int16Array> {
  const random = new Random(seed);
  const made = (sample: (i: number) => number) => Int16Array.from({ length }, (_, i) => sample(i));
  const chirp = made((i) => triangle((((i * i) >>> 6) * 13) & 0xffff) * 0.6);
  return {
    silence: made(() => 0),
    tone: made((i) => triangle((i * 2600) & 0xffff)),
    chirp,
    noise: made(() => random.int(-32768, 32767)),
    whisper: made(() => random.int(-3, 3)),
    square: made((i) => ((i >> 5) & 1 ? 32767 : -32768)),
    extremes: made(() => (random.chance(0.5) ? 32767 : -32768)),
    // TFLite Micro loses count of -32768 (src/signal/window.ts, scaleBits).
    clicks: made(() => (random.chance(0.02) ? -32768 : random.int(-20, 20))),
    scene: made((i) => chirp[i]! * (i % 3000 < 1800 ? 0.5 : 0) + random.int(-60, 60)),
  };
}

// A wave without a library function: phases from 0 to 65535.
function triangle(phase: number): number {
  return Math.abs(((phase + 16384) & 0xffff) - 32768) * 2 - 32768;
}

/** A WAV file of 16-bit PCM. */
export function wavFile(samples: Int16Array, rate = 16_000, channels = 1): Buffer {
  return wavBytes(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength), {
    ...{ tag: 1, channels, rate, bits: 16 },
  });
}

export interface WavFormat {
  readonly tag: number;
  readonly channels: number;
  readonly rate: number;
  readonly bits: number;
}

/** A WAV file of any format, its samples as they come. */
export function wavBytes(data: Buffer, { tag, channels, rate, bits }: WavFormat): Buffer {
  const head = Buffer.alloc(44);
  const block = (channels * bits) / 8;
  head.write('RIFF....WAVEfmt ', 0, 'latin1');
  head.writeUInt32LE(36 + data.length, 4);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(tag, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * block, 28);
  head.writeUInt16LE(block, 32);
  head.writeUInt16LE(bits, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

export function writeWav(file: string, samples: Int16Array, rate?: number): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, wavFile(samples, rate));
}

/** A graph that is nothing but an input. */
export function inputGraph(type: TensorType): Graph {
  const builder = new GraphBuilder();
  const input = builder.addTensor('sound', type);
  return builder.finish('sound', [input], [input]);
}

export function soundPlan(type: TensorType, settings: unknown): SoundPlan {
  return planSound(inputGraph(type), soundSettings.parse(settings));
}

/** Quantization of an input. */
export function quantOf(scale: number, zeroPoint: number) {
  return { scales: [scale], zeroPoints: [zeroPoint], axis: 0 };
}
