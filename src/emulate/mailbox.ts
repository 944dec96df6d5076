import { concatBytes } from '../support/bytes.ts';

/** Vectors as the firmware finds them in memory: "THMB", their number, 8 spare bytes, the bytes. */
export function mailbox(vectors: readonly Uint8Array[]): Uint8Array {
  const head = new Uint8Array(16);
  head.set(Buffer.from('THMB'));
  new DataView(head.buffer).setUint32(4, vectors.length, true);
  return concatBytes([head, ...vectors]);
}
