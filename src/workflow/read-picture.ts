import { inflateSync } from 'node:zlib';
import type { Picture } from '../preprocess/picture.ts';
import { CompileError } from '../support/diagnostics.ts';
import { readInput } from './read-input.ts';

/** No camera of today takes more at once, and no microcontroller's model sees a hundredth of it. */
const MOST_PIXELS = 2 ** 25;
const MOST_FILE_BYTES = 2 ** 26;
const MOST_MEMORY_MB = 1024;

/** Whether a file's name is that of a picture. */
export function isPicture(file: string): boolean {
  return /\.(jpe?g|png)$/i.test(file);
}

/**
 * The picture in a JPEG or PNG file, told apart by content; what is transparent counts as its colour.
 * Throws CompileError where the file is none, is damaged, or would take too much memory.
 */
export async function readPicture(file: string): Promise<Picture> {
  const bytes = await readInput(file, 'picture');
  if (bytes.length > MOST_FILE_BYTES)
    throw badPicture(file, `it has more than ${MOST_FILE_BYTES} bytes`);
  try {
    if (startsWith(bytes, 0xff, 0xd8, 0xff)) return await decodeJpeg(bytes);
    if (startsWith(bytes, 0x89, 0x50, 0x4e, 0x47)) return await decodePng(bytes);
  } catch (error) {
    throw badPicture(file, `it cannot be decoded: ${(error as Error).message}`);
  }
  throw badPicture(file, 'it holds neither JPEG nor PNG');
}

function startsWith(bytes: Uint8Array, ...magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

async function decodeJpeg(bytes: Uint8Array): Promise<Picture> {
  const { default: jpeg } = await import('jpeg-js');
  const { width, height, data } = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    maxResolutionInMP: MOST_PIXELS / 1e6,
    maxMemoryUsageInMB: MOST_MEMORY_MB,
  });
  return { width, height, channels: 3, data };
}

async function decodePng(bytes: Uint8Array): Promise<Picture> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkPng(buffer);
  const { PNG } = await import('pngjs');
  const { width, height, data } = PNG.sync.read(buffer);
  const colours = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) colours.set(data.subarray(4 * i, 4 * i + 3), 3 * i);
  return { width, height, channels: 3, data: colours };
}

// PNG, third edition, 11.2.1 (IHDR): before anything is inflated, as a few bytes may become gigabytes.
function checkPng(bytes: Buffer): void {
  if (bytes.length < 29) throw new Error('it ends within its header');
  const [width, height, interlaced] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20), bytes[28]];
  if (width * height > MOST_PIXELS) throw new Error(`${width} x ${height} pixels are too many`);
  if (width * height === 0) throw new Error('it has no pixels');
  // The decoder bounds what it inflates but where the picture is interlaced.
  if (interlaced) inflateSync(pngData(bytes), { maxOutputLength: 9 * width * height + 2 ** 20 });
}

// What the IDAT chunks hold.
function pngData(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 8; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return Buffer.concat(parts);
}

function badPicture(where: string, message: string): CompileError {
  return new CompileError({
    code: 'bad-picture',
    message,
    where,
    hint: 'pictures are whole JPEG or PNG files; write it again, or take it away',
  });
}
