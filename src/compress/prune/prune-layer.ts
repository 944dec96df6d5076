import type { TypedNode } from '../../ir/types.ts';
import type { Pattern } from './mask.ts';
import { prunePath, KEPT } from './path.ts';
import type { Pruned, Subject } from './path.ts';
import type { LayerRecipe } from './recipe.ts';
import type { Turn } from './refit.ts';

/** How a layer's constants lie in flash, as the compiler would store them. */
export type Price = (node: TypedNode) => { readonly bytes: number; readonly format: string };

/** What became of a layer's weights. */
export interface LayerChange {
  readonly pattern: Pattern;
  /** Share of weights that may be other than zero, as asked for and as it is. */
  readonly asked: number;
  readonly kept: number;
  readonly bytesBefore: number;
  readonly bytes: number;
  readonly formatBefore: string;
  readonly format: string;
  /** Errors on held-out inputs, as shares of the outputs' variance: masks alone, refitted, what was taken. */
  readonly masked: number;
  readonly refitted: number | null;
  readonly error: number;
  readonly form: Pruned['form'] | 'unchanged';
  /** What was not taken, and why. */
  readonly refused: readonly string[];
}

export interface LayerTask extends LayerRecipe {
  readonly kept: number;
  /** Nothing before it has changed. */
  readonly untouched: boolean;
}

/** Prunes one layer; a change that the held-out inputs or the size do not bear out is not kept. */
export async function pruneLayer(
  subject: Subject,
  task: LayerTask,
  { price, turn }: { readonly price: Price; readonly turn: Turn },
): Promise<{ readonly change: LayerChange; readonly node?: TypedNode }> {
  const { node } = subject;
  const { kept, pattern, refit, maxError = Infinity, untouched } = task;
  const before = price(node);
  const refused: string[] = [];
  const shares = [kept, ...(maxError < Infinity ? KEPT.filter((more) => more > kept) : []), 1];
  const path = await prunePath(subject, kept < 1 ? shares : [1], { pattern, refit }, turn);
  let taken = path.at(-1)!;
  if (taken.error > maxError) {
    const within = path.filter(({ error }) => error <= maxError).at(-1) ?? path[0]!;
    refused.push(
      `${percent(1 - taken.kept)} zeros: error ${short(taken.error)}, more than ${short(maxError)}`,
    );
    taken = within;
  }
  if (taken.kept < 1 && price(taken.stored.node).bytes >= before.bytes) {
    refused.push(`${percent(1 - taken.kept)} zeros: they save no flash`);
    taken = path[0]!;
  }
  const whole = taken === path[0] && kept <= 1 && taken.kept === 1;
  if (taken.refitted !== null && taken.form !== 'refitted' && !(whole && untouched))
    refused.push(`the refit: error ${short(taken.refitted)} instead of ${short(taken.error)}`);
  const unchanged = whole && (untouched || taken.form === 'masked');
  const after = unchanged ? before : price(taken.stored.node);
  return {
    change: {
      ...{ pattern, asked: kept, kept: taken.kept },
      ...{ bytesBefore: before.bytes, bytes: after.bytes },
      ...{ formatBefore: before.format, format: after.format },
      ...{ masked: taken.masked, refitted: taken.refitted, error: taken.error },
      form: unchanged ? 'unchanged' : taken.form,
      refused,
    },
    ...(!unchanged && { node: taken.stored.node }),
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function short(error: number): string {
  return error.toPrecision(3);
}
