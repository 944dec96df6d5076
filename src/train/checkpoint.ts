import { bytesOf, concatBytes } from '../support/bytes.ts';
import type { Network } from './network.ts';
import type { Optimizer } from './optimizer.ts';
import { variablesOf } from './parameter.ts';

/** Where a training stands after an epoch: what has to be there to go on as if it had never stopped. */
export interface Standing {
  readonly epoch: number;
  /** The least error on held-out examples so far, 0 to 1, and its epoch. */
  readonly best: { readonly epoch: number; readonly error: number };
}

/** The values that had the least error, a list for each parameter. */
export type Snapshot = readonly Float32Array[];

export function takeSnapshot({ parameters }: Network): Snapshot {
  return parameters.map((parameter) => variablesOf(parameter).values.slice());
}

export function giveBack({ parameters }: Network, snapshot: Snapshot): void {
  parameters.forEach((parameter, i) => variablesOf(parameter).values.set(snapshot[i]!));
}

/**
 * A checkpoint's bytes: a line of JSON (`job` says of what, the standing, the optimizer's steps), then the
 * floats of the variables, of the best ones, and of the optimizer's memory.
 */
export function writeCheckpoint(
  network: Network,
  { memory }: Optimizer,
  { job, standing, best }: { job: string; standing: Standing; best: Snapshot },
): Uint8Array {
  const head = JSON.stringify({ job, standing, steps: memory.steps });
  const arrays = [...takeSnapshot(network), ...best, ...memory.arrays.flat()];
  return concatBytes([new TextEncoder().encode(`${head}\n`), ...arrays.map(bytesOf)]);
}

/** Sets a network and its optimizer as a checkpoint left them; undefined where it is of another job, or damaged. */
export function readCheckpoint(
  bytes: Uint8Array,
  network: Network,
  { memory }: Optimizer,
  job: string,
): { standing: Standing; best: Snapshot } | undefined {
  const end = bytes.indexOf(10);
  const head = parseHead(bytes.subarray(0, end));
  const best = takeSnapshot(network);
  const current = network.parameters.map((parameter) => variablesOf(parameter).values);
  const arrays = [...current, ...best, ...memory.arrays.flat()];
  const floats = arrays.reduce((sum, { length }) => sum + length, 0);
  if (head?.job !== job || bytes.length - end - 1 !== 4 * floats) return undefined;
  let at = end + 1;
  for (const array of arrays) {
    bytesOf(array).set(bytes.subarray(at, at + 4 * array.length));
    at += 4 * array.length;
  }
  memory.steps = head.steps;
  return { standing: head.standing, best };
}

function parseHead(line: Uint8Array) {
  try {
    return JSON.parse(new TextDecoder().decode(line)) as {
      job: string;
      standing: Standing;
      steps: number;
    };
  } catch {
    return undefined;
  }
}
