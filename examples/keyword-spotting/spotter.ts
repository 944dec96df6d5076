import { emitSoundPreprocess } from '../../src/codegen/preprocess-sound.ts';
import { Interpreter } from '../../src/index.ts';
import type { Board, Model } from '../../src/index.ts';
import { elements } from '../../src/ir/types.ts';
import { SoundFrames } from '../../src/preprocess/sound-frames.ts';
import type { SoundFrame } from '../../src/preprocess/sound-frames.ts';
import { planSound } from '../../src/preprocess/sound-plan.ts';
import type { SoundPlan } from '../../src/preprocess/sound-plan.ts';
import { soundSettings } from '../../src/preprocess/sound-settings.ts';
import { framesTensor } from '../../src/preprocess/sound-tensor.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { emulatedBoard } from '../../src/target/emulated.ts';
import { compileForBoard } from '../../src/workflow/build-model.ts';
import { runOwnMain } from '../own-main.ts';

const MAIN = new URL('main.c', import.meta.url);

/** What main.c beside this file has as well. */
const [HOP, SMOOTHING, THRESHOLD, NOTHING] = [4, 2, 150 << 8, 255];

/** A model, what it hears, and which of its classes are words. */
export interface Spotter {
  readonly model: Model;
  readonly preset: 'micro_speech' | 'kws';
  readonly firstWord: number;
  readonly lastWord: number;
}

/** What one sound came to. */
export interface Spotting {
  /** A class; undefined where no word was spotted. */
  readonly word?: number;
  /** Milliseconds from the start, of the frame's end. */
  readonly afterMs: number;
  /** As the firmware has it, with the means of all classes. */
  readonly bytes: Uint8Array;
}

/** The reference: features, model and smoothing in TypeScript. */
export function spot(spotter: Spotter, sound: Int16Array): Spotting {
  const { plan, classes } = partsOf(spotter);
  const [made, reference] = [new SoundFrames(plan), new Interpreter(spotter.model.graph)];
  const frames: SoundFrame[] = [];
  const means = new Uint16Array(classes);
  let [word, spottedIn] = [NOTHING, 0];
  for (let at = 0; at + plan.window <= sound.length; at += plan.stride) {
    frames.push(made.next(sound.subarray(at, at + plan.window)));
    if (frames.length % HOP !== 0 || frames.length < plan.frames) continue;
    const said = reference.runBytes(framesTensor(plan, frames.slice(-plan.frames)));
    new Int8Array(said.buffer, said.byteOffset, classes).forEach((level, i) => {
      means[i]! += (((level + 128) << 8) - means[i]!) >> SMOOTHING;
      const isWord = i >= spotter.firstWord && i <= spotter.lastWord;
      if (word === NOTHING && isWord && means[i]! >= THRESHOLD)
        [word, spottedIn] = [i, frames.length];
    });
  }
  return readSpotting(bytesOf(Uint16Array.of(word, spottedIn, ...means)), plan);
}

/** The same in firmware, under QEMU, on PCM of 20 ms at a time. All sounds are as long. */
export async function spotInFirmware(
  spotter: Spotter,
  board: Board,
  sounds: readonly Int16Array[],
): Promise<Spotting[]> {
  const { plan, classes } = partsOf(spotter);
  const { program } = compileForBoard(spotter.model, board);
  const { name } = program;
  return runOwnMain(
    {
      ...{ program, machine: emulatedBoard(board).board, where: 'qemu', main: MAIN },
      files: emitSoundPreprocess(name, plan),
      defines: [
        ...[`PREFIX(x)=${name}_preprocess_##x`, `PREPROCESS_HEADER="${name}_preprocess.h"`],
        ...[`CLASSES=${classes}`, `SOUND_SAMPLES=${sounds[0]!.length}u`],
        ...[`FIRST_WORD=${spotter.firstWord}`, `LAST_WORD=${spotter.lastWord}`],
      ],
      ...{ vectors: sounds.map(bytesOf), outputBytes: 4 + 2 * classes },
    },
    ({ outputs }) => outputs.map((bytes) => readSpotting(bytes, plan)),
  );
}

function partsOf({ model, preset }: Spotter): { plan: SoundPlan; classes: number } {
  const { graph } = model;
  return {
    plan: planSound(graph, soundSettings.parse(preset)),
    classes: elements(graph.tensors.get(graph.outputs[0]!)!),
  };
}

function readSpotting(bytes: Uint8Array, { stride, window, rate }: SoundPlan): Spotting {
  const frame = bytes[2]! + 256 * bytes[3]!;
  const afterMs = frame === 0 ? 0 : (1000 * ((frame - 1) * stride + window)) / rate;
  return { bytes, afterMs, ...(bytes[0] !== NOTHING && { word: bytes[0]! }) };
}
