import { alignUp } from '../support/bytes.ts';
import { clearance } from './lifetimes.ts';
import type { Buffer } from './lifetimes.ts';

export const ALIGNMENT = 4;

/**
 * Buffers that have their places in one space, by offset. Their numbers lie in lists of their own:
 * looking for a gap goes through all of them, for each buffer of a model that may have thousands.
 */
export class Filled {
  readonly #buffers: Buffer[] = [];
  readonly #firsts: number[] = [];
  readonly #lasts: number[] = [];
  readonly #offsets: number[] = [];
  readonly #ends: number[] = [];
  #trailing = false;

  /** The least offset with room for a buffer between those alive at the same time. */
  lowestGap(buffer: Buffer): number {
    return this.#trailing || buffer.behind ? this.#gapBehind(buffer) : this.#gap(buffer);
  }

  add(buffer: Buffer, offset: number): void {
    const at = this.#above(offset);
    this.#buffers.splice(at, 0, buffer);
    this.#firsts.splice(at, 0, buffer.first);
    this.#lasts.splice(at, 0, buffer.last);
    this.#offsets.splice(at, 0, offset);
    this.#ends.splice(at, 0, offset + buffer.bytes);
    this.#trailing ||= buffer.behind !== undefined;
  }

  #gap({ first, last, bytes }: Buffer): number {
    const [firsts, lasts] = [this.#firsts, this.#lasts];
    const [offsets, ends] = [this.#offsets, this.#ends];
    let offset = 0;
    for (let at = 0; at < offsets.length; at++) {
      if (firsts[at]! > last || first > lasts[at]!) continue;
      if (offsets[at]! >= offset + bytes) break;
      if (ends[at]! > offset) offset = alignUp(ends[at]!, ALIGNMENT);
    }
    return offset;
  }

  // The same, where some may begin within those that they trail.
  #gapBehind(buffer: Buffer): number {
    const { first, last, bytes } = buffer;
    let offset = 0;
    for (let at = 0, trailing = false; at < this.#buffers.length; at++) {
      if (this.#firsts[at]! > last || first > this.#lasts[at]!) continue;
      const rival = this.#buffers[at]!;
      const from = this.#offsets[at]!;
      if (from >= offset + bytes) break;
      if (from >= offset + clearance(buffer, rival)) {
        trailing = true;
        continue;
      }
      const end = from + clearance(rival, buffer);
      if (end <= offset) continue;
      offset = alignUp(end, ALIGNMENT);
      // One below which it could have begun is in the way now.
      if (trailing) [at, trailing] = [-1, false];
    }
    return offset;
  }

  // How many buffers begin at an offset or below it.
  #above(offset: number): number {
    let [low, high] = [0, this.#offsets.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#offsets[middle]! > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
