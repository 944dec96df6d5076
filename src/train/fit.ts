import { Random } from '../support/random.ts';
import type { Examples } from './examples.ts';
import type { Distillation } from './loss.ts';
import { crossEntropy } from './loss.ts';
import type { Network } from './network.ts';
import type { Optimizer } from './optimizer.ts';

/** Lets others have their turn; throws where the user has had enough. */
export type Turn = () => Promise<void>;

export interface FitOptions {
  readonly epochs: number;
  /** Epochs that an earlier run has done already, with the same seed. */
  readonly from?: number;
  readonly seed: number;
  readonly optimizer: Optimizer;
  /** The learning rate, for a share of the whole training from 0 to 1. */
  readonly rate: (progress: number) => number;
  /** Logits of a teacher for all examples, [count][classes]. */
  readonly teacher?: { readonly logits: Float32Array } & Distillation;
  /** Before each step, with the progress from 0 to 1 and the step's number in its epoch: pruning. */
  readonly beforeStep?: (progress: number, step: number) => void;
  /** After each epoch, with its mean loss; true ends the training. */
  readonly afterEpoch?: (epoch: number, loss: number) => Promise<boolean> | Promise<void>;
  readonly turn: Turn;
}

/** Trains a network on batches of examples, shuffled anew for each epoch. The same seed gives the same network. */
export async function fit(
  network: Network,
  examples: Examples,
  { epochs, from = 0, seed, optimizer, rate, teacher, ...options }: FitOptions,
): Promise<void> {
  const { batch, input } = network;
  const steps = Math.ceil(examples.count / batch);
  for (let epoch = from; epoch < epochs; epoch++) {
    const order = shuffled(examples.count, seed, epoch);
    let loss = 0;
    for (let step = 0; step < steps; step++) {
      const progress = (epoch + step / steps) / epochs;
      options.beforeStep?.(progress, step);
      const places = order.subarray(step * batch, (step + 1) * batch);
      places.forEach((place, s) =>
        examples.read(place, input.values.subarray(s * input.size, (s + 1) * input.size)),
      );
      network.forward(places.length, true);
      loss += places.length * lossOf(network, examples, places, teacher);
      network.backward(places.length);
      optimizer.step(rate(progress));
      await options.turn();
    }
    if (await options.afterEpoch?.(epoch + 1, loss / examples.count)) return;
  }
}

/** A learning rate that falls along half a cosine (Loshchilov and Hutter, "SGDR", 2017, without restarts). */
export function cosine(most: number, least = 0): (progress: number) => number {
  return (progress) => least + ((most - least) * (1 + Math.cos(Math.PI * progress))) / 2;
}

function lossOf(
  { logits }: Network,
  examples: Examples,
  places: Uint32Array,
  teacher: FitOptions['teacher'],
): number {
  const labels = Array.from(places, (place) => examples.labels[place]!);
  if (!teacher) return crossEntropy(logits, places.length, { labels });
  const { size } = logits;
  const followed = new Float32Array(places.length * size);
  places.forEach((place, s) =>
    followed.set(teacher.logits.subarray(place * size, (place + 1) * size), s * size),
  );
  return crossEntropy(logits, places.length, {
    labels,
    teacher: { ...teacher, logits: followed },
  });
}

// Fisher and Yates; each epoch has an order of its own, whichever came before it.
function shuffled(count: number, seed: number, epoch: number): Uint32Array {
  const random = new Random((Math.imul(seed, 0x9e3779b1) ^ Math.imul(epoch + 1, 0x85ebca6b)) >>> 0);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.int(0, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
