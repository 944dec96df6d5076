import { argmax } from '../ir/reals.ts';
import type { Examples } from './examples.ts';
import type { Turn } from './fit.ts';
import type { Network } from './network.ts';

/** The share of examples that a network labels wrongly, 0 to 1. */
export async function errorRate(network: Network, examples: Examples, turn: Turn): Promise<number> {
  const logits = await logitsOf(network, examples, turn);
  const classes = network.logits.size;
  let wrong = 0;
  for (let i = 0; i < examples.count; i++) {
    const said = argmax(logits.subarray(i * classes, (i + 1) * classes));
    if (said !== examples.labels[i]) wrong++;
  }
  return wrong / examples.count;
}

/** A network's logits for all examples, [count][classes]. */
export async function logitsOf(
  network: Network,
  examples: Examples,
  turn: Turn,
): Promise<Float32Array> {
  const { batch, input, logits } = network;
  const all = new Float32Array(examples.count * logits.size);
  for (let first = 0; first < examples.count; first += batch) {
    const samples = Math.min(batch, examples.count - first);
    for (let s = 0; s < samples; s++)
      examples.read(first + s, input.values.subarray(s * input.size, (s + 1) * input.size));
    all.set(network.forward(samples), first * logits.size);
    await turn();
  }
  return all;
}
