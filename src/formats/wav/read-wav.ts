import { MalformedFile } from '../malformed-file.ts';

/** A sound of one channel, in samples of 16 bits. */
export interface Sound {
  /** Samples a second. */
  readonly rate: number;
  readonly samples: Int16Array;
}

/** How the samples of a file are stored: numbers of WAVEFORMATEX, wFormatTag. */
const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
const COMPRESSED: Readonly<Record<number, string>> = {
  2: 'ADPCM',
  6: 'A-law',
  7: 'mu-law',
  0x11: 'IMA ADPCM',
  0x31: 'GSM 6.10',
  0x50: 'MPEG',
  0x55: 'MP3',
};

/** What writers put where they do not know yet how long the sound will be. */
const UNKNOWN_LENGTH = 0xffffffff;
const MOST_CHANNELS = 64;

/** Whether the bytes begin as a RIFF file of sound. */
export function isWav(bytes: Uint8Array): boolean {
  return bytes.length >= 12 && nameAt(bytes, 0) === 'RIFF' && nameAt(bytes, 8) === 'WAVE';
}

/**
 * Reads a WAV file: PCM of 8, 16, 24 or 32 bits, or floats of 32 or 64. Channels become their mean,
 * samples 16 bits, both rounded to the nearest, halves up. Source: Multimedia Programming Interface
 * and Data Specifications 1.0 (IBM, Microsoft), "WAVE"; WAVEFORMATEXTENSIBLE.
 * Throws MalformedFile, whatever the bytes are.
 */
export function readWav(bytes: Uint8Array): Sound {
  if (!isWav(bytes)) throw new MalformedFile(whatItIs(bytes));
  let format: Format | undefined;
  for (const chunk of chunksOf(bytes)) {
    if (chunk.name === 'fmt ') format = readFormat(chunk);
    if (chunk.name !== 'data') continue;
    if (!format) throw new MalformedFile('its "data" comes before its "fmt "');
    return { rate: format.rate, samples: readSamples(chunk, format) };
  }
  throw new MalformedFile(`it has no "${format ? 'data' : 'fmt '}" chunk`);
}

interface Chunk {
  readonly name: string;
  readonly view: DataView;
}

interface Format {
  readonly rate: number;
  readonly channels: number;
  readonly isFloat: boolean;
  readonly bits: number;
}

function* chunksOf(bytes: Uint8Array): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= bytes.length;) {
    const [name, told] = [nameAt(bytes, at), view.getUint32(at + 4, true)];
    const rest = bytes.length - at - 8;
    const length = name === 'data' && told === UNKNOWN_LENGTH ? rest : told;
    if (length > rest)
      throw new MalformedFile(
        `its "${name}" is cut off: ${told} bytes from byte ${at + 8} on, of which ${rest} are there`,
      );
    yield { name, view: new DataView(bytes.buffer, bytes.byteOffset + at + 8, length) };
    at += 8 + length + (length & 1);
  }
}

function readFormat({ view }: Chunk): Format {
  if (view.byteLength < 16)
    throw new MalformedFile(`its "fmt " has ${view.byteLength} bytes, at least 16 are needed`);
  const told = view.getUint16(0, true);
  // The first two bytes of the sub-format are the tag.
  const tag = told === EXTENSIBLE && view.byteLength >= 26 ? view.getUint16(24, true) : told;
  const [channels, rate] = [view.getUint16(2, true), view.getUint32(4, true)];
  const [block, bits] = [view.getUint16(12, true), view.getUint16(14, true)];
  const isFloat = tag === FLOAT;
  if (tag !== PCM && !isFloat)
    throw new MalformedFile(`its samples are stored as ${COMPRESSED[tag] ?? `format ${tag}`}`);
  if (!(isFloat ? [32, 64] : [8, 16, 24, 32]).includes(bits))
    throw new MalformedFile(
      `its samples are ${isFloat ? 'floats' : 'whole numbers'} of ${bits} bits`,
    );
  if (channels === 0 || channels > MOST_CHANNELS || rate === 0)
    throw new MalformedFile(`it has ${channels} channels of ${rate} samples a second`);
  if (block !== (channels * bits) / 8)
    throw new MalformedFile(
      `its blocks have ${block} bytes, ${channels} samples of ${bits} bits have ${(channels * bits) / 8}`,
    );
  return { rate, channels, isFloat, bits };
}

function readSamples({ view }: Chunk, { channels, isFloat, bits }: Format): Int16Array {
  const bytes = bits / 8;
  const count = Math.floor(view.byteLength / (channels * bytes));
  if (count === 0) throw new MalformedFile('it has no samples');
  const sample = reader(view, isFloat, bits);
  const mean = new Int16Array(count);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += sample((i * channels + c) * bytes);
    if (!Number.isFinite(sum)) throw new MalformedFile(`its sample ${i} is not finite`);
    mean[i] = Math.floor(Math.min(Math.max(sum / channels, -32768), 32767) + 0.5);
  }
  return mean;
}

// Samples in units of 16 bits, and shares of them.
function reader(view: DataView, isFloat: boolean, bits: number): (at: number) => number {
  if (isFloat)
    return bits === 32
      ? (at) => view.getFloat32(at, true) * 32768
      : (at) => view.getFloat64(at, true) * 32768;
  if (bits === 8) return (at) => (view.getUint8(at) - 128) * 256;
  if (bits === 16) return (at) => view.getInt16(at, true);
  if (bits === 32) return (at) => view.getInt32(at, true) / 65536;
  return (at) => (view.getInt16(at + 1, true) * 256 + view.getUint8(at)) / 256;
}

function whatItIs(bytes: Uint8Array): string {
  const name = nameAt(bytes, 0);
  if (bytes.length < 12) return `it has ${bytes.length} bytes, fewer than the head of a WAV file`;
  if (name === 'RF64' || name === 'RIFX') return `it is of the kind ${name}`;
  return 'it does not begin as a WAV file (RIFF, WAVE)';
}

function nameAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4)).replace(/[^ -~]/g, '?');
}
