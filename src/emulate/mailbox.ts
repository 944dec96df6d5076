import { concatBytes } from '../support/bytes.ts';

export const MAILBOX_HEAD_BYTES = 16;

/**
 * Vectors as the firmware finds them in memory: "THMB", their number, how many in a row share the
 * model's state, 4 spare bytes, the bytes.
 */
export function mailbox(vectors: readonly Uint8Array[], steps = 1): Uint8Array {
  const head = new Uint8Array(MAILBOX_HEAD_BYTES);
  head.set(Buffer.from('THMB'));
  new DataView(head.buffer).setUint32(4, vectors.length, true);
  new DataView(head.buffer).setUint32(8, steps, true);
  return concatBytes([head, ...vectors]);
}
