import { CompileError } from '../support/diagnostics.ts';
import type { EmulatorDriver, Job, Outcome } from './driver.ts';
import { mailboxCapacity } from './mailbox.ts';

/**
 * Runs a job in as few boots as its vectors need: one, unless they are larger together than the
 * memory that the emulator has for them.
 */
export async function runInBatches(driver: EmulatorDriver, job: Job): Promise<Outcome> {
  const sequences = inSequences(job.vectors, job.steps ?? 1);
  const batches = divide(sequences, capacityOf(driver, job));
  const outcomes: Outcome[] = [];
  for (const vectors of batches) outcomes.push(await driver.run({ ...job, vectors }));
  return outcomes.reduce(merge);
}

function capacityOf({ name }: EmulatorDriver, { board }: Job): number {
  return board && name !== 'host' ? mailboxCapacity(board, name) : Infinity;
}

// Vectors in runs that share the model's state; the last one may be shorter.
function inSequences<T>(vectors: readonly T[], steps: number): T[][] {
  return Array.from({ length: Math.ceil(vectors.length / steps) }, (_, i) =>
    vectors.slice(i * steps, (i + 1) * steps),
  );
}

// State is lost between boots: a sequence is never divided.
function divide(sequences: readonly Uint8Array[][], capacity: number): Uint8Array[][] {
  const batches: Uint8Array[][] = [[]];
  let bytes = 0;
  for (const sequence of sequences) {
    const length = sequence.reduce((sum, vector) => sum + vector.length, 0);
    if (length > capacity) {
      const what = sequence.length > 1 ? `a sequence of ${sequence.length} vectors` : 'a vector';
      throw new CompileError({
        code: 'bad-vectors',
        message: `${what} has ${length} bytes, the emulated board has ${capacity} for vectors`,
        hint: 'run the model on the host (--on host), or make its input smaller',
      });
    }
    if (bytes + length > capacity) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)!.push(...sequence);
    bytes += length;
  }
  return batches;
}

function merge(a: Outcome, b: Outcome): Outcome {
  const sum = (x: number | undefined, y: number | undefined) =>
    x === undefined || y === undefined ? undefined : x + y;
  const instructions = sum(a.instructions, b.instructions);
  const virtualSeconds = sum(a.virtualSeconds, b.virtualSeconds);
  const stackBytes = Math.max(a.stackBytes ?? 0, b.stackBytes ?? 0);
  return {
    banner: a.banner,
    outputs: [...a.outputs, ...b.outputs],
    layers: [...a.layers, ...b.layers],
    tensors: [...a.tensors, ...b.tensors],
    ticks: a.ticks + b.ticks,
    vectors: a.vectors + b.vectors,
    ...(stackBytes > 0 && { stackBytes }),
    ...(instructions !== undefined && { instructions }),
    ...(virtualSeconds !== undefined && { virtualSeconds }),
    ...(a.profile !== undefined && { profile: a.profile + (b.profile ?? '') }),
  };
}
