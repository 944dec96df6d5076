import { concatBytes } from '../support/bytes.ts';

export const MAILBOX_HEAD_BYTES = 16;

/** Vectors as the firmware finds them in memory: "THMB", their number, 8 spare bytes, the bytes. */
export function mailbox(vectors: readonly Uint8Array[]): Uint8Array {
  const head = new Uint8Array(MAILBOX_HEAD_BYTES);
  head.set(Buffer.from('THMB'));
  new DataView(head.buffer).setUint32(4, vectors.length, true);
  return concatBytes([head, ...vectors]);
}
