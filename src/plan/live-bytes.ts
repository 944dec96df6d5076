import { clearance } from './lifetimes.ts';
import type { Buffer } from './lifetimes.ts';

/** The largest sum of bytes alive at one step, what can lie within another counted once. */
export function liveBytes(buffers: readonly Buffer[]): number {
  return fullestStep(buffers).bytes;
}

/** The first step at which so many bytes are alive. */
export function fullestStep(buffers: readonly Buffer[]): { step: number; bytes: number } {
  const holders = new Map(buffers.flatMap((buffer) => buffer.tensors.map((id) => [id, buffer])));
  // By how much the sum grows or shrinks at each step.
  const changes = new Map<number, number>();
  const add = (first: number, last: number, bytes: number) => {
    if (last < first) return;
    changes.set(first, (changes.get(first) ?? 0) + bytes);
    changes.set(last + 1, (changes.get(last + 1) ?? 0) - bytes);
  };
  for (const buffer of buffers) {
    add(buffer.first, buffer.last, buffer.bytes);
    for (const host of hostsOf(buffer, holders)) {
      const [first, last] = [Math.max(buffer.first, host.first), Math.min(buffer.last, host.last)];
      add(first, last, -Math.min(host.bytes, buffer.bytes - clearance(buffer, host)));
    }
  }
  let alive = 0;
  let fullest = { step: -1, bytes: 0 };
  for (const step of [...changes.keys()].sort((a, b) => a - b)) {
    alive += changes.get(step)!;
    if (alive > fullest.bytes) fullest = { step, bytes: alive };
  }
  return fullest;
}

// Those within which a part of a buffer can lie, as it trails them.
function hostsOf(buffer: Buffer, holders: ReadonlyMap<number, Buffer>): Set<Buffer> {
  const hosts = (buffer.behind ?? []).flatMap(({ input }) => holders.get(input) ?? []);
  return new Set(hosts.filter((host) => clearance(buffer, host) < buffer.bytes));
}
