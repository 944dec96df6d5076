import type { TypedNode } from '../../ir/types.ts';
import type { Pattern } from './mask.ts';
import { prunePath, KEPT } from './path.ts';
import type { Pruned, Subject } from './path.ts';
import type { LayerRecipe } from './recipe.ts';
import type { Turn } from './refit.ts';

/** How a layer's constants lie in flash, and the cycles that it takes so. */
export interface Priced {
  readonly bytes: number;
  readonly cycles: number;
  readonly format: string;
}
/** What the compiler would make of a layer. */
export type Price = (node: TypedNode) => Priced;

/** What became of a layer's weights. */
export interface LayerChange {
  readonly pattern: Pattern;
  /** Share of weights that may be other than zero, as asked for and as it is. */
  readonly asked: number;
  readonly kept: number;
  /** Bits of a weight. */
  readonly bits: number;
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
  readonly bits: number;
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
  const { kept, bits, pattern, refit, maxError = Infinity, untouched } = task;
  const before = price(node);
  const refused: string[] = [];
  const shares = [kept, ...(maxError < Infinity ? KEPT.filter((more) => more > kept) : []), 1];
  const options = { pattern, refit, bits: bits < 8 ? [8, bits] : [8] };
  const all = await prunePath(subject, kept < 1 ? shares : [1], options, turn);
  // The first is the layer as a whole, in eight bits.
  const path = all.filter((each, i) => i === 0 || each.bits === bits);
  let taken = path.at(-1)!;
  if (taken.error > maxError) {
    const within = path.filter(({ error }) => error <= maxError).at(-1) ?? path[0]!;
    refused.push(`${described(taken)}: error ${short(taken.error)}, more than ${short(maxError)}`);
    taken = within;
  }
  if (taken !== path[0] && price(taken.stored.node).bytes >= before.bytes) {
    refused.push(`${described(taken)}: no flash is saved`);
    taken = path[0]!;
  }
  const whole = taken === path[0];
  if (taken.refitted !== null && taken.form !== 'refitted' && !(whole && untouched))
    refused.push(`the refit: error ${short(taken.refitted)} instead of ${short(taken.error)}`);
  const unchanged = whole && (untouched || taken.form === 'masked');
  const after = unchanged ? before : price(taken.stored.node);
  return {
    change: {
      ...{ pattern, asked: kept, kept: taken.kept, bits: taken.bits },
      ...{ bytesBefore: before.bytes, bytes: after.bytes },
      ...{ formatBefore: before.format, format: after.format },
      ...{ masked: taken.masked, refitted: taken.refitted, error: taken.error },
      form: unchanged ? 'unchanged' : taken.form,
      refused,
    },
    ...(!unchanged && { node: taken.stored.node }),
  };
}

function described({ kept, bits }: Pruned): string {
  const zeros = `${(100 * (1 - kept)).toFixed(1)} % zeros`;
  return bits < 8 ? `${zeros} in ${bits} bits` : zeros;
}

function short(error: number): string {
  return error.toPrecision(3);
}
