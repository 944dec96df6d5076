import type { TypedNode } from '../../ir/types.ts';
import { fitBias } from './fit-row.ts';
import type { Layer } from './layer.ts';
import { onGrids } from './grid.ts';
import type { Grid } from './grid.ts';
import { countKept, magnitudes, strongest } from './mask.ts';
import type { Mask, Pattern } from './mask.ts';
import { GramSums } from './products.ts';
import { chooseRidge, firstLosses, refit, refitWork } from './refit.ts';
import type { Turn } from './refit.ts';
import { relativeError } from './samples.ts';
import type { Affine, Samples } from './samples.ts';
import { storeWeights } from './store.ts';
import type { Stored } from './store.ts';

/** A layer, what it computes in the graph, and samples to fit to and others to judge by. */
export interface Subject {
  readonly layer: Layer;
  readonly node: TypedNode;
  readonly fit: Samples;
  readonly check: Samples;
}

export interface PathOptions {
  readonly pattern: Pattern;
  readonly refit: boolean;
  /** Bits of a weight: a form for each. */
  readonly bits: readonly number[];
}

/** A layer with fewer weights. */
export interface Pruned {
  /** The share of weights that may be other than zero. */
  readonly kept: number;
  /** Bits of a weight that the values of each row need. */
  readonly bits: number;
  readonly stored: Stored;
  /** Errors on the inputs to judge by, as shares of the outputs' variance: of what is stored, */
  readonly error: number;
  /** of the same weights with no other change, and refitted; null where that was not tried. */
  readonly masked: number;
  readonly refitted: number | null;
  /** What was taken. */
  readonly form: 'masked' | 'bias' | 'refitted';
}

/** Bits of a weight that are tried where none are asked for. */
export const BITS = [8, 5, 4, 3, 2];
/** Shares of the weights at which masks are drawn anew, from the refitted weights. */
export const KEPT = [0.7, 0.5, 0.4, 0.3, 0.22, 0.16, 0.12, 0.09, 0.065, 0.045, 0.03, 0.02, 0.01];
/** Products that a refit on the way may take, and one at the end. */
const MOST_ON_THE_WAY = 2e9;
const MOST_AT_LAST = 2e11;
/** Columns whose Gram matrix is held as a whole. */
const MOST_COLUMNS = 4096;
/** Places that are added up at a time. */
const AT_A_TIME = 256;
/** Times that places are found anew on the way, and at the end. */
const [FEW_ROUNDS, MANY_ROUNDS] = [1, 4];

/**
 * Takes weights out of a layer, the least needed first, and refits the others on the way (gradually: Zhu
 * and Gupta, "To prune, or not to prune", 2017). Gives what it has come to at each of the shares, in weights
 * of so many bits.
 */
export async function prunePath(
  subject: Subject,
  shares: readonly number[],
  options: PathOptions,
  turn: Turn,
): Promise<Pruned[]> {
  const { layer, fit } = subject;
  const { pattern } = options;
  const wanted = [...new Set(shares)].sort((a, b) => b - a);
  const last = wanted.at(-1)!;
  const stops = [...new Set([...KEPT.filter((kept) => kept > last), ...wanted])];
  const gram = gramOf(subject);
  let mask: Mask = new Uint8Array(layer.weights.length).fill(1);
  let scores = firstScores(subject, gram);
  let current: Affine = layer;
  let ridge: number | undefined;
  const pruned: Pruned[] = [];
  for (const kept of stops.sort((a, b) => b - a)) {
    const count = Math.round(kept * layer.weights.length);
    if (kept < 1) mask = strongest(layer, pattern, { scores, mask, count });
    const isLast = kept === last;
    const most = isLast ? MOST_AT_LAST : MOST_ON_THE_WAY;
    const fits = options.refit && refitWork(layer, mask) <= most;
    let fitted: Affine | undefined;
    if (fits) {
      const rounds = isLast ? MANY_ROUNDS : FEW_ROUNDS;
      const request = { mask, from: current, rounds, most, ...(gram && { gram }) };
      if (ridge === undefined || isLast)
        ridge = await chooseRidge(layer, subject, { ...request, rounds: FEW_ROUNDS }, turn);
      const { losses, ...affine } = await refit(layer, fit, { ...request, ridge }, turn);
      [scores, fitted, current] = [losses, affine, affine];
    }
    const form = { mask, ...(fitted && { fitted }), ...(fits && gram && { gram }) };
    if (wanted.includes(kept)) pruned.push(...(await inBits(subject, form, options.bits, turn)));
    await turn();
  }
  return pruned;
}

function gramOf({ layer, fit }: Subject): Float64Array | undefined {
  const { columns } = layer;
  if (columns > MOST_COLUMNS) return undefined;
  const sums = new GramSums(columns);
  for (let from = 0; from < fit.count; from += AT_A_TIME) {
    const to = Math.min(fit.count, from + AT_A_TIME);
    const data = Float64Array.from(fit.x.subarray(from * columns, to * columns));
    sums.add({ data, count: to - from, columns });
  }
  return sums.finish();
}

// Rows that lie at their bounds most of the time matter less.
function firstScores({ layer, fit }: Subject, gram: Float64Array | undefined): Float64Array {
  const activity = Float64Array.from({ length: layer.rows }, (_, row) => {
    let within = 0;
    for (let p = 0; p < fit.count; p++) {
      const y = fit.y[p * layer.rows + row]!;
      if (y > fit.low && y < fit.high) within++;
    }
    return within / Math.max(1, fit.count);
  });
  const found =
    gram && layer.columns ** 3 / 2 < MOST_ON_THE_WAY && firstLosses(layer, gram, activity);
  return found || magnitudes(layer, fit.power, activity);
}

interface Form {
  readonly mask: Mask;
  readonly fitted?: Affine;
  /** Where weights of few bits can be put on their grid by it. */
  readonly gram?: Float64Array;
}

// The stored form with the least error on inputs that it was not fitted to, for each number of bits.
async function inBits(
  subject: Subject,
  { mask, fitted, gram }: Form,
  bits: readonly number[],
  turn: Turn,
): Promise<Pruned[]> {
  const { layer, node } = subject;
  const alone = { bias: layer.bias, weights: layer.weights.map((w, i) => (mask[i] ? w : 0)) };
  const affines = fitted ? [alone, fitted] : [alone];
  const wishes = bits
    .filter((each) => each < 8)
    .flatMap((each) => affines.map(({ weights }) => ({ weights, levels: levelsOf(each) })));
  const single = node.inputs[1]!.quant!.scales.length === 1;
  const grids =
    gram && wishes.length > 0
      ? await onGrids(layer, { mask, gram, single, wishes }, turn)
      : undefined;
  const gridOf = (affine: Affine, levels: number) =>
    grids?.[wishes.findIndex((wish) => wish.weights === affine.weights && wish.levels === levels)];
  const kept = countKept(mask) / mask.length;
  return bits.map((each) => {
    const levels = levelsOf(each);
    const [masked, refitted] = affines.map((affine) =>
      storedForms(subject, affine, levels, gridOf(affine, levels)),
    );
    return { kept, bits: each, ...bestOf(subject, masked!, refitted) };
  });
}

function levelsOf(bits: number): number {
  return 2 ** (bits - 1) - 1;
}

// Weights as they are stored, and with the bias that suits them.
function storedForms({ layer, node, fit }: Subject, affine: Affine, levels: number, grid?: Grid) {
  const options = { power: (k: number) => fit.power[k]!, levels, steps: grid?.steps };
  const { weights } = grid ?? affine;
  const withBias = (bias: Float64Array) => storeWeights(node, layer, { weights, bias }, options);
  const plain = withBias(affine.bias);
  const moved = { weights: plain.weights, bias: plain.bias.slice() };
  for (let row = 0; row < layer.rows; row++) fitBias(fit, layer, moved, row);
  return { plain, corrected: withBias(moved.bias) };
}

type StoredForms = ReturnType<typeof storedForms>;

function bestOf({ layer, check }: Subject, masked: StoredForms, refitted?: StoredForms) {
  const forms = [
    { form: 'masked' as const, stored: masked.plain },
    { form: 'bias' as const, stored: masked.corrected },
    ...(refitted ? [{ form: 'refitted' as const, stored: refitted.corrected }] : []),
  ].map((each) => ({ ...each, error: relativeError(check, layer, each.stored) }));
  const least = forms.reduce((a, b) => (b.error < a.error ? b : a));
  return { ...least, masked: forms[0]!.error, refitted: forms[2]?.error ?? null };
}
