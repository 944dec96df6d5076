import type { Board } from '../target/board.ts';
import { concatBytes } from '../support/bytes.ts';

const HEAD_BYTES = 16;

/**
 * Vectors as the firmware finds them in memory: "THMB", their number, how many in a row share the
 * model's state, 4 spare bytes, the bytes.
 */
export function mailbox(vectors: readonly Uint8Array[], steps = 1): Uint8Array {
  const head = new Uint8Array(HEAD_BYTES);
  head.set(Buffer.from('THMB'));
  new DataView(head.buffer).setUint32(4, vectors.length, true);
  new DataView(head.buffer).setUint32(8, steps, true);
  return concatBytes([head, ...vectors]);
}

/** Bytes of vectors that a board's memory for them holds in an emulator. */
export function mailboxCapacity(board: Board, emulator: 'qemu' | 'renode'): number {
  const region = board.emulators[emulator];
  return region ? region.vectors.size - HEAD_BYTES : Infinity;
}
