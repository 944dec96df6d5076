import type { Activation } from './layer.ts';

/** What a batch's outputs should be. */
export interface Wanted {
  /** The class of each sample. */
  readonly labels: ArrayLike<number>;
  /** Logits of another network, [samples][classes], and how far it is followed. */
  readonly teacher?: { readonly logits: Float32Array } & Distillation;
}

export interface Distillation {
  /** Logits are divided by it before the softmax. */
  readonly temperature: number;
  /** The share of the loss that the teacher has, 0 to 1; labels have the rest. */
  readonly share: number;
}

/**
 * Cross-entropy of a batch's softmax, the mean over its samples; writes the gradients of the logits. With a
 * teacher: Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network", 2015, section 2, whose
 * part is scaled by the temperature's square.
 */
export function crossEntropy(
  { values, gradients, size }: Required<Activation>,
  samples: number,
  { labels, teacher }: Wanted,
): number {
  let loss = 0;
  const share = teacher?.share ?? 0;
  const logits = { values, gradients, size };
  for (let s = 0; s < samples; s++) {
    const hard = softmaxOf(values, s * size, size, 1);
    loss -= (1 - share) * Math.log(Math.max(hard[labels[s]!]!, 1e-30));
    for (let c = 0; c < size; c++)
      gradients[s * size + c] = ((1 - share) * (hard[c]! - (c === labels[s] ? 1 : 0))) / samples;
    if (teacher) loss += addDistillation(logits, s, { ...teacher, samples });
  }
  return loss / samples;
}

// The teacher's part of one sample's loss.
function addDistillation(
  { values, gradients, size }: Required<Activation>,
  s: number,
  { logits, temperature, share, samples }: NonNullable<Wanted['teacher']> & { samples: number },
): number {
  const soft = softmaxOf(values, s * size, size, temperature);
  const wanted = softmaxOf(logits, s * size, size, temperature);
  let loss = 0;
  for (let c = 0; c < size; c++) {
    loss -= share * temperature ** 2 * wanted[c]! * Math.log(Math.max(soft[c]!, 1e-30));
    gradients[s * size + c]! += (share * temperature * (soft[c]! - wanted[c]!)) / samples;
  }
  return loss;
}

function softmaxOf(values: Float32Array, from: number, size: number, temperature: number) {
  const result = new Float64Array(size);
  let most = -Infinity;
  for (let c = 0; c < size; c++) most = Math.max(most, values[from + c]!);
  let sum = 0;
  for (let c = 0; c < size; c++) {
    result[c] = Math.exp((values[from + c]! - most) / temperature);
    sum += result[c]!;
  }
  for (let c = 0; c < size; c++) result[c]! /= sum;
  return result;
}
