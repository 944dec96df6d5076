import { createHash } from 'node:crypto';
import protobuf from 'protobufjs';
import { concatBytes, sameBytes } from '../../support/bytes.ts';
import { readPackageFile } from '../../support/package-files.ts';
import { MalformedFile } from '../malformed-file.ts';
import type { ThimbleModel } from './records.ts';

const MAGIC = Buffer.from('THIMBLE\0', 'latin1');
/** What each version has that those before it have not. */
const VERSIONS: readonly { has: string; in: (model: ThimbleModel) => boolean }[] = [
  { has: 'a network', in: () => true },
  { has: 'states', in: ({ states = [] }) => states.length > 0 },
  { has: 'encoded constants', in: ({ tensors }) => tensors.some(({ encoded }) => encoded) },
  {
    has: 'long gaps',
    in: ({ tensors }) => tensors.some(({ encoded }) => encoded?.longest_gap !== undefined),
  },
];
const HEADER_BYTES = 8 + 4 + 4 + 32;

const schema = readPackageFile('src/formats/thimble/thimble.proto');
const Model = protobuf.parse(schema, { keepCase: true }).root.lookupType('thimble.Model');

export function isThimble(bytes: Uint8Array): boolean {
  return sameBytes(bytes.subarray(0, 8), MAGIC);
}

/** Reads a .thimble file. Throws MalformedFile when a single bit of it is not as it was written. */
export function readThimble(bytes: Uint8Array): ThimbleModel {
  if (bytes.length < HEADER_BYTES) throw new MalformedFile('the file ends within its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(8, true);
  if (version < 1 || version > VERSIONS.length) {
    throw new MalformedFile(
      `format version ${version}; this thimble reads versions 1 to ${VERSIONS.length}`,
    );
  }
  const payload = bytes.subarray(HEADER_BYTES);
  const length = view.getUint32(12, true);
  if (payload.length !== length) {
    throw new MalformedFile(`the payload has ${payload.length} bytes, its header says ${length}`);
  }
  if (!sameBytes(hash(payload), bytes.subarray(16, HEADER_BYTES))) {
    throw new MalformedFile('the payload was altered: its checksum differs');
  }
  const model = decode(payload);
  const needed = versionOf(model);
  if (needed <= version) return model;
  throw new MalformedFile(
    `it has ${VERSIONS[needed - 1]!.has}, which format version ${version} has not`,
  );
}

export function writeThimble(model: ThimbleModel): Uint8Array {
  const payload = Model.encode(Model.fromObject(model)).finish();
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(versionOf(model), 8);
  header.writeUInt32LE(payload.length, 12);
  header.set(hash(payload), 16);
  return concatBytes([header, payload]);
}

function decode(payload: Uint8Array): ThimbleModel {
  try {
    const message = Model.decode(payload);
    return Model.toObject(message, { defaults: false, arrays: true }) as ThimbleModel;
  } catch (error) {
    throw new MalformedFile(`the payload is no Model message: ${(error as Error).message}`);
  }
}

// The lowest version that says all of a model.
function versionOf(model: ThimbleModel): number {
  return VERSIONS.findLastIndex((version) => version.in(model)) + 1;
}

function hash(payload: Uint8Array): Uint8Array {
  return createHash('sha256').update(payload).digest();
}
