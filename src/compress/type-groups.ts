import type { Quantization, TensorId } from '../ir/types.ts';
import { quantizationOf, spanOf } from './range.ts';
import type { Range } from './range.ts';

/** Tensors of one quantization. */
interface Group {
  readonly members: readonly TensorId[];
  readonly range: Range;
  /** The narrowest span among the members: what sharing must not drown. */
  readonly finest: number;
  /** A range that the user knows better. */
  readonly given?: Range;
  /** The type that an operator prescribes for its output. */
  readonly fixed?: Quantization;
}

/** Sets of tensors that share a quantization: a union-find that keeps their ranges. */
export class TypeGroups {
  readonly #groups = new Map<TensorId, Group>();

  add(id: TensorId, range: Range, given?: Range): void {
    this.#groups.set(id, { members: [id], range, finest: spanOf(range), ...(given && { given }) });
  }

  fix(id: TensorId, fixed: Quantization): void {
    this.#groups.set(id, { ...this.of(id), fixed });
  }

  has(id: TensorId): boolean {
    return this.#groups.has(id);
  }

  of(id: TensorId): Group {
    return this.#groups.get(id)!;
  }

  together(a: TensorId, b: TensorId): boolean {
    return this.of(a) === this.of(b);
  }

  join(a: TensorId, b: TensorId): void {
    const [x, y] = [this.of(a), this.of(b)];
    if (x === y) return;
    const [given, fixed] = [x.given ?? y.given, x.fixed ?? y.fixed];
    const joined: Group = {
      members: [...x.members, ...y.members],
      range: union(x.range, y.range),
      finest: Math.min(x.finest, y.finest),
      ...(given && { given }),
      ...(fixed && { fixed }),
    };
    for (const id of joined.members) this.#groups.set(id, joined);
  }

  /** How many times coarser the steps of the finer group become when two are joined. */
  coarsening(a: TensorId, b: TensorId): number {
    const [x, y] = [this.of(a), this.of(b)];
    return spanOf(union(x.range, y.range)) / Math.min(x.finest, y.finest);
  }

  types(): Map<TensorId, Quantization> {
    return new Map(
      [...this.#groups].map(([id, { fixed, given, range }]) => [
        id,
        fixed ?? quantizationOf(given ?? range),
      ]),
    );
  }
}

function union(a: Range, b: Range): Range {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}
