import type { Network } from './network.ts';
import type { Parameter } from './parameter.ts';
import { masked } from './parameter.ts';
import { cubicShare, lampMasks } from './prune.ts';

export interface GradualPruning {
  /** The share of all weights that stays in the end, 0 to 1. */
  readonly kept: number;
  /** The share of the training in which weights go; what comes after it lets the others settle. */
  readonly until: number;
}

/** Steps between two prunings. */
const PRUNE_EVERY = 100;

/**
 * Prunes a network's weights as its training goes on: call the result before each step, with the progress of
 * the training from 0 to 1 and the number of the step in its epoch.
 */
export function gradualPruning(
  { engine, parameters }: Pick<Network, 'engine' | 'parameters'>,
  { kept, until }: GradualPruning,
): (progress: number, step: number) => void {
  const weights = parameters.filter(({ role }) => role === 'weights');
  const forms = weights.map((parameter: Parameter) => (parameter.form = masked(engine, parameter)));
  let last: number | undefined;
  return (progress, step) => {
    const share = cubicShare(kept, progress / until);
    if (step % PRUNE_EVERY !== 0 || share === last) return;
    last = share;
    const masks = lampMasks(weights, share);
    forms.forEach(({ mask }, i) => mask.set(masks[i]!));
  };
}
