import { MalformedFile } from '../formats/malformed-file.ts';
import { readWav } from '../formats/wav/read-wav.ts';
import { CompileError } from '../support/diagnostics.ts';
import { readInput } from './read-input.ts';

/** More than an hour of any rate: no model's input is a thousandth of it. */
const MOST_FILE_BYTES = 2 ** 29;

/** Whether a file's name is that of a sound. */
export function isSound(file: string): boolean {
  return /\.wave?$/i.test(file);
}

/**
 * The samples in a WAV file, of one channel and 16 bits. Throws CompileError where the file is none,
 * is damaged, or has another rate (samples a second) than the model was trained on.
 */
export async function readSound(file: string, rate: number): Promise<Int16Array> {
  const bytes = await readInput(file, 'sound');
  if (bytes.length > MOST_FILE_BYTES)
    throw badSound(file, `it has more than ${MOST_FILE_BYTES} bytes`, 'cut it');
  const sound = read(file, bytes);
  if (sound.rate === rate) return sound.samples;
  throw badSound(
    file,
    `it has ${sound.rate} samples a second, the model takes ${rate}`,
    `resample it (sox in.wav -r ${rate} out.wav), or set "sampleRate" in "preprocess" if that is what the model was trained on`,
  );
}

function read(file: string, bytes: Uint8Array) {
  try {
    return readWav(bytes);
  } catch (error) {
    if (!(error instanceof MalformedFile)) throw error;
    throw badSound(
      file,
      error.reason,
      'sounds are whole WAV files of PCM or float samples; write it again, or take it away',
    );
  }
}

function badSound(where: string, message: string, hint: string): CompileError {
  return new CompileError({ code: 'bad-sound', message, where, hint });
}
