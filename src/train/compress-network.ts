import { errorRate, logitsOf } from './evaluate.ts';
import type { Examples } from './examples.ts';
import type { Turn } from './fit.ts';
import { cosine, fit } from './fit.ts';
import type { GradualPruning } from './gradual.ts';
import { gradualPruning } from './gradual.ts';
import type { Distillation } from './loss.ts';
import type { Network } from './network.ts';
import { adam } from './optimizer.ts';
import type { Parameter } from './parameter.ts';
import { variablesOf } from './parameter.ts';
import { cluster, shared } from './share.ts';

/** Deep Compression's stages, with gradual pruning in place of prune-and-retrain. */
export interface CompressionPlan {
  readonly seed: number;
  /** The learning rate at the start of each stage. */
  readonly rates: { readonly prune: number; readonly share: number };
  readonly prune: GradualPruning & { readonly epochs: number };
  readonly share: {
    /** Values that the weights of a layer share. */
    values(parameter: Parameter): number;
    readonly epochs: number;
  };
  readonly distillation: Distillation;
}

export interface StageResult {
  readonly stage: 'dense' | 'pruned' | 'shared';
  /** Test examples labelled wrongly, 0 to 1. */
  readonly error: number;
  /** Weights that are not zero, with their values' count, for each parameter of weights. */
  readonly layers: readonly { name: string; weights: number; kept: number; values: number }[];
}

export interface CompressionData {
  readonly train: Examples;
  readonly test: Examples;
}

export interface Listener {
  readonly turn: Turn;
  readonly note: (text: string) => void;
  /** After each stage, while the network is as the stage left it. */
  readonly afterStage?: (result: StageResult) => void;
}

/**
 * Prunes a trained network while it trains on, then lets its weights share values and trains those, always
 * following what it said before: the network ends as the compressed one.
 */
export async function compressNetwork(
  network: Network,
  { train, test }: CompressionData,
  plan: CompressionPlan,
  { turn, note, afterStage }: Listener,
): Promise<StageResult[]> {
  const weights = network.parameters.filter(({ role }) => role === 'weights');
  const teacher = { logits: await logitsOf(network, train, turn), ...plan.distillation };
  const results = [await describe('dense')];
  await fit(network, train, {
    ...{ epochs: plan.prune.epochs, seed: plan.seed, teacher, turn },
    optimizer: adam(network.engine, network.parameters),
    rate: cosine(plan.rates.prune, plan.rates.prune / 100),
    beforeStep: gradualPruning(network, plan.prune),
    afterEpoch: tell('pruning'),
  });
  results.push(await describe('pruned'));
  for (const parameter of weights)
    parameter.form = shared(
      network.engine,
      cluster(parameter.values, plan.share.values(parameter)),
    );
  await fit(network, train, {
    ...{ epochs: plan.share.epochs, seed: plan.seed + 1, teacher, turn },
    optimizer: adam(network.engine, network.parameters.map(variablesOf)),
    rate: cosine(plan.rates.share),
    afterEpoch: tell('sharing'),
  });
  results.push(await describe('shared'));
  return results;

  async function describe(stage: StageResult['stage']): Promise<StageResult> {
    const error = await errorRate(network, test, turn);
    const layers = weights.map(({ name, values }) => {
      const kept = values.filter((value) => value !== 0);
      return { name, weights: values.length, kept: kept.length, values: new Set(kept).size };
    });
    const result = { stage, error, layers };
    afterStage?.(result);
    return result;
  }

  function tell(what: string) {
    return async (epoch: number, loss: number) => {
      const error = (100 * (await errorRate(network, test, turn))).toFixed(2);
      note(`${what}, epoch ${epoch}: loss ${loss.toFixed(4)}, test error ${error} %`);
    };
  }
}
