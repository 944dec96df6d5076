import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { concatBytes, sameBytes } from '../../support/bytes.ts';
import { MalformedFile } from '../malformed-file.ts';
import type { ThimbleModel } from './records.ts';

const MAGIC = Buffer.from('THIMBLE\0', 'latin1');
const VERSION = 1;
const HEADER_BYTES = 8 + 4 + 4 + 32;

// From src/ and from dist/ alike.
const schema = readFileSync(
  new URL('../../../src/formats/thimble/thimble.proto', import.meta.url),
  'utf8',
);
const Model = protobuf.parse(schema, { keepCase: true }).root.lookupType('thimble.Model');

export function isThimble(bytes: Uint8Array): boolean {
  return sameBytes(bytes.subarray(0, 8), MAGIC);
}

/** Reads a .thimble file. Throws MalformedFile when a single bit of it is not as it was written. */
export function readThimble(bytes: Uint8Array): ThimbleModel {
  if (bytes.length < HEADER_BYTES) throw new MalformedFile('the file ends within its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(8, true);
  if (version !== VERSION) {
    throw new MalformedFile(`format version ${version}; this thimble reads version ${VERSION}`);
  }
  const payload = bytes.subarray(HEADER_BYTES);
  const length = view.getUint32(12, true);
  if (payload.length !== length) {
    throw new MalformedFile(`the payload has ${payload.length} bytes, its header says ${length}`);
  }
  if (!sameBytes(hash(payload), bytes.subarray(16, HEADER_BYTES))) {
    throw new MalformedFile('the payload was altered: its checksum differs');
  }
  try {
    return Model.toObject(Model.decode(payload), { defaults: false, arrays: true }) as ThimbleModel;
  } catch (error) {
    throw new MalformedFile(`the payload is no Model message: ${(error as Error).message}`);
  }
}

export function writeThimble(model: ThimbleModel): Uint8Array {
  const payload = Model.encode(Model.fromObject(model)).finish();
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(VERSION, 8);
  header.writeUInt32LE(payload.length, 12);
  header.set(hash(payload), 16);
  return concatBytes([header, payload]);
}

function hash(payload: Uint8Array): Uint8Array {
  return createHash('sha256').update(payload).digest();
}
