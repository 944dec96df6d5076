import { CompileError } from '../support/diagnostics.ts';
import type { LoadedModel } from '../workflow/load-model.ts';
import type { Vector } from '../workflow/vectors.ts';
import { badOption, parser } from './option-values.ts';

/** The part of the vectors that a run takes: number `index`, from 1, of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** How many vectors in a row share the model's state (--steps); 1 when left out. */
export function stepsOf(steps: number | undefined, { graph, source }: LoadedModel): number {
  if (steps === undefined) return 1;
  if (graph.states.length > 0) return steps;
  throw new CompileError(
    badOption(
      '--steps',
      `"${source}" keeps nothing from one inference to the next`,
      'leave it out: every vector gives the same output after any other',
    ),
  );
}

/** I/N, such as 1/4. */
export const shardOption = parser((text): Shard => {
  const [, index, count] = (/^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? []).map(Number);
  if (index !== undefined && count !== undefined && index >= 1 && index <= count)
    return { index, count };
  throw noPart(`"${text}" is no part, such as 1/4`);
});

/** Sequences i, i + n, i + 2n … for --shard i/n. */
export function shardOf(
  vectors: readonly Vector[],
  shard: Shard | undefined,
  steps: number,
): Vector[] {
  if (shard === undefined) return [...vectors];
  const { index, count } = shard;
  const part = vectors.filter((_, at) => Math.floor(at / steps) % count === index - 1);
  if (part.length > 0) return part;
  throw noPart(`${index}/${count} of ${vectors.length} vectors are none`);
}

function noPart(problem: string): CompileError {
  return new CompileError(
    badOption('--shard', `--shard ${problem}`, 'the first of four parts is 1/4, the last 4/4'),
  );
}
