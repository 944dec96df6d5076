import { CompileError } from '../support/diagnostics.ts';
import type { Snapshot, Standing } from './checkpoint.ts';
import { giveBack, readCheckpoint, takeSnapshot, writeCheckpoint } from './checkpoint.ts';
import { errorRate, logitsOf } from './evaluate.ts';
import type { Examples } from './examples.ts';
import { fakeQuantized } from './fake-quantize.ts';
import type { Turn } from './fit.ts';
import { cosine, fit } from './fit.ts';
import { gradualPruning } from './gradual.ts';
import type { Network } from './network.ts';
import { adam } from './optimizer.ts';
import { variablesOf } from './parameter.ts';
import { presentClusters, shared } from './share.ts';

export interface FineTuneOptions {
  readonly epochs: number;
  readonly seed: number;
  /** The learning rate at the start. */
  readonly rate: number;
  /** The share of all weights that stays: they go while it trains. Left out: zeros stay, nothing else goes. */
  readonly kept?: number;
  /** Epochs without a lower error after which it ends. */
  readonly patience: number;
  /** What tells this training from others. */
  readonly job: string;
  /** Where an earlier run of the same job stopped. */
  readonly checkpoint?: { readonly file: string; readonly bytes: Uint8Array };
  readonly turn: Turn;
  readonly afterEpoch: (epoch: Epoch) => Promise<void>;
}

/** An epoch's end. */
export interface Epoch extends Standing {
  readonly loss: number;
  /** On held-out examples, 0 to 1. */
  readonly error: number;
  readonly checkpoint: Uint8Array;
}

export interface FineTuned {
  readonly errorBefore: number;
  readonly best: Standing['best'];
  /** The epoch that a checkpoint let it begin with; 0 without one. */
  readonly resumedAt: number;
  /** Whether there are weights that share values. */
  readonly shares: boolean;
}

/** So few values of a layer's weights are shared ones. */
const FEW_VALUES = 64;
/** The share of the training in which weights go. */
const PRUNING = 0.6;
/** More than any error, and a number that a checkpoint's JSON can hold. */
const NONE_YET = 2;
/** What a network that is pruned follows of what it said before. */
const DISTILLATION = { temperature: 4, share: 0.5 };

/**
 * Trains a network that exists on examples with labels. Zeros stay zero; a layer of few different weights
 * keeps them few, and they are trained; all others are trained as int8 will hold them. Ends with what had the
 * least error on the held-out examples.
 */
export async function fineTune(
  network: Network,
  { train, check }: { readonly train: Examples; readonly check: Examples },
  options: FineTuneOptions,
): Promise<FineTuned> {
  const { epochs, seed, kept, turn, job } = options;
  const errorBefore = await errorRate(network, check, turn);
  const logits = kept === undefined ? undefined : await logitsOf(network, train, turn);
  const prune = kept === undefined ? undefined : gradualPruning(network, { kept, until: PRUNING });
  const shares = prune ? false : setForms(network);
  const optimizer = adam(network.engine, network.parameters.map(variablesOf));
  const before = { epoch: 0, best: { epoch: 0, error: prune ? NONE_YET : errorBefore } };
  const resumed =
    options.checkpoint && readCheckpoint(options.checkpoint.bytes, network, optimizer, job);
  if (options.checkpoint && !resumed) throw foreign(options.checkpoint.file);
  let standing: Standing = resumed?.standing ?? before;
  let best: Snapshot = resumed?.best ?? takeSnapshot(network);
  await fit(network, train, {
    ...{ epochs, seed, optimizer, turn, from: standing.epoch },
    rate: cosine(options.rate),
    ...(logits && { teacher: { logits, ...DISTILLATION } }),
    ...(prune && { beforeStep: prune }),
    async afterEpoch(epoch, loss) {
      const error = await errorRate(network, check, turn);
      // Until all weights are gone that are to go, no network is the one that was asked for.
      const counts = !prune || epoch > PRUNING * epochs;
      const isBest = counts && error < standing.best.error;
      standing = { epoch, best: isBest ? { epoch, error } : standing.best };
      if (isBest) best = takeSnapshot(network);
      const checkpoint = writeCheckpoint(network, optimizer, { job, standing, best });
      await options.afterEpoch({ ...standing, loss, error, checkpoint });
      return counts && epoch - standing.best.epoch >= options.patience;
    },
  });
  giveBack(network, best);
  return { errorBefore, best: standing.best, resumedAt: resumed?.standing.epoch ?? 0, shares };
}

// Whether there are weights that share values.
function setForms({ engine, parameters }: Network): boolean {
  let shares = false;
  for (const parameter of parameters) {
    if (parameter.role !== 'weights') continue;
    const distinct = new Set(parameter.values.filter((value) => value !== 0)).size;
    const isShared = distinct <= FEW_VALUES && distinct < parameter.values.length / 4;
    shares ||= isShared;
    parameter.form = isShared
      ? shared(engine, presentClusters(parameter.values))
      : fakeQuantized(engine, parameter);
  }
  return shares;
}

function foreign(file: string): CompileError {
  return new CompileError({
    code: 'foreign-checkpoint',
    message: 'it is of a training with another model, other inputs or other options, or damaged',
    where: file,
    hint: 'give the same command again to go on with that training, or remove the file',
  });
}
