import { describe, expect, it } from 'vitest';
import { MalformedFile } from '../../src/formats/malformed-file.ts';
import { readWav } from '../../src/formats/wav/read-wav.ts';
import { Random } from '../../src/support/random.ts';
import { caseCount, SEED } from '../support/seeds.ts';
import { synthesise, wavBytes, wavFile } from '../support/sounds.ts';

const samples = synthesise(50, SEED).noise!;
const whole = wavFile(samples);
const mono = { tag: 1, channels: 1, rate: 8000 };

describe('samples of every kind become 16 bits', () => {
  it('16 bits stay as they are', () => {
    expect(readWav(whole)).toEqual({ rate: 16_000, samples });
  });

  it('8 bits are without a sign; 24 and 32 bits are rounded, halves up, within range', () => {
    const eight = wavBytes(Buffer.from([0, 127, 128, 255]), { ...mono, bits: 8 });
    expect([...readWav(eight).samples]).toEqual([-32768, -256, 0, 32512]);
    const wide = [-8388608, 8388607, 128, 127, -128, -129, 256 * 77];
    const bytes = Buffer.alloc(3 * wide.length);
    wide.forEach((value, i) => bytes.writeIntLE(value, 3 * i, 3));
    const told = [-32768, 32767, 1, 0, 0, -1, 77];
    expect([...readWav(wavBytes(bytes, { ...mono, bits: 24 })).samples]).toEqual(told);
    const wider = Int32Array.from(wide, (value) => value * 256);
    const file = wavBytes(Buffer.from(wider.buffer), { ...mono, bits: 32 });
    expect([...readWav(file).samples]).toEqual(told);
  });

  it('floats of both sizes are shares of full scale, cut where they are beyond', () => {
    const values = [0, 1, -1, 0.5, -2, 1 / 65536, -1 / 65536];
    const told = [0, 32767, -32768, 16384, -32768, 1, 0];
    for (const array of [Float32Array.from(values), Float64Array.from(values)]) {
      const bits = 8 * array.BYTES_PER_ELEMENT;
      const file = wavBytes(Buffer.from(array.buffer), { ...mono, tag: 3, bits });
      expect([...readWav(file).samples]).toEqual(told);
    }
  });

  it('channels become their mean', () => {
    const both = Int16Array.of(1, 2, -1, -2, 32767, 32767, -32768, -32768, 100, -100);
    expect([...readWav(wavFile(both, 8000, 2)).samples]).toEqual([2, -1, 32767, -32768, 0]);
  });
});

describe('files as programs write them', () => {
  it('other chunks, an odd one among them, and a length that nobody knew yet', () => {
    const list = Buffer.from('LIST\x03\0\0\0abc\0', 'latin1');
    const file = Buffer.concat([whole.subarray(0, 36), list, whole.subarray(36)]);
    file.writeUInt32LE(0xffffffff, 36 + list.length + 4);
    expect(readWav(file).samples).toEqual(samples);
  });

  it('an extensible format says in its sub-format what it is', () => {
    const more = Buffer.alloc(24);
    more.writeUInt16LE(22, 0);
    more.writeUInt16LE(1, 8);
    const file = Buffer.concat([whole.subarray(0, 36), more, whole.subarray(36)]);
    file.writeUInt32LE(40, 16);
    file.writeUInt16LE(0xfffe, 20);
    expect(readWav(file).samples).toEqual(samples);
  });
});

const changed = (change: (file: Buffer) => void): Buffer => {
  const file = Buffer.from(whole);
  change(file);
  return file;
};

describe('what is no such file says why', () => {
  it.each<[string, Buffer, RegExp]>([
    ['nothing', Buffer.alloc(0), /0 bytes, fewer than the head/],
    ['text', Buffer.from('this is no sound'), /does not begin as a WAV file/],
    ['RF64', changed((file) => file.write('RF64', 0)), /of the kind RF64/],
    ['no format', changed((file) => file.write('fact', 12)), /"data" comes before its "fmt "/],
    ['no data', whole.subarray(0, 36), /no "data" chunk/],
    [
      'cut data',
      whole.subarray(0, 80),
      /"data" is cut off: 100 bytes from byte 44 on, of which 36/,
    ],
    ['empty data', changed((file) => file.writeUInt32LE(0, 40)), /no samples/],
    ['a short format', changed((file) => file.writeUInt32LE(4, 16)), /"fmt " has 4 bytes/],
    ['MP3', changed((file) => file.writeUInt16LE(0x55, 20)), /stored as MP3/],
    ['another', changed((file) => file.writeUInt16LE(0x1234, 20)), /stored as format 4660/],
    ['12 bits', changed((file) => file.writeUInt16LE(12, 34)), /whole numbers of 12 bits/],
    ['no channel', changed((file) => file.writeUInt16LE(0, 22)), /0 channels/],
    ['no rate', changed((file) => file.writeUInt32LE(0, 24)), /of 0 samples a second/],
    ['blocks', changed((file) => file.writeUInt16LE(3, 32)), /blocks have 3 bytes/],
    [
      'no number',
      wavBytes(Buffer.from(Float32Array.of(0, NaN).buffer), { ...mono, tag: 3, bits: 32 }),
      /sample 1 is not finite/,
    ],
  ])('%s', (_name, file, message) => {
    expect(() => readWav(file)).toThrow(message);
    expect(() => readWav(file)).toThrow(MalformedFile);
  });

  it('damaged files are sounds, or malformed', () => {
    const random = new Random(SEED);
    for (let i = 0; i < caseCount(2000); i++) {
      const file = Buffer.from(whole.subarray(0, random.int(0, whole.length)));
      for (let n = random.int(0, 4); n > 0 && file.length > 0; n--)
        file[random.int(0, Math.min(file.length, 48) - 1)] = random.pick([
          0,
          1,
          255,
          random.int(0, 255),
        ]);
      try {
        expect(readWav(file).samples.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedFile);
      }
    }
  });
});
