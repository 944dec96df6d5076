import type { DType, Quantization, TensorId } from '../../ir/types.ts';
import { sameShape } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import { Unsupported } from '../op.ts';
import { reshape } from '../shape/reshape.ts';
import { transpose } from '../shape/transpose.ts';
import type { Emitter } from './emitter.ts';

/** Axes of tensors that operators which move elements have loops for. */
const MOST_AXES = 6;

/** Axes of a value in the order in which a tensor stores them: its axis i is the value's order[i]. */
export type Order = readonly number[];

/**
 * A value of an ONNX graph. Its sizes are in the model's order; the tensor that holds it may have the
 * axes in another one. Each operator takes the order that its input has where it can, so that a
 * network of convolutions needs no copies between ONNX's [n, c, y, x] and the kernels' [n, y, x, c].
 */
export class OnnxValue {
  readonly #copies = new Map<string, TensorId>();

  constructor(
    readonly emitter: Emitter,
    readonly shape: readonly number[],
    /** The order that the value has at no cost. */
    readonly order: Order,
    tensor: TensorId,
    /** A reshape that was put off: a fully connected layer takes its columns in any order. */
    readonly folded?: { readonly source: OnnxValue },
  ) {
    if (!folded) this.#copies.set(order.join(), tensor);
    this.#origin = tensor;
  }

  readonly #origin: TensorId;

  /** A value whose tensor stores the axes as the model has them. */
  static natural(emitter: Emitter, tensor: TensorId): OnnxValue {
    const { shape } = emitter.tensor(tensor);
    return new OnnxValue(emitter, shape, naturalOrder(shape.length), tensor);
  }

  get rank(): number {
    return this.shape.length;
  }

  get dtype(): DType {
    return this.emitter.tensor(this.#origin).dtype;
  }

  get quant(): Quantization | undefined {
    return this.emitter.tensor(this.#origin).quant;
  }

  /** The tensor that holds the value, in whatever order: for asking about it, not for reading it. */
  get origin(): TensorId {
    return this.#origin;
  }

  get isConstant(): boolean {
    return this.emitter.tensor(this.#origin).data !== undefined;
  }

  /** The tensor with the axes as the model has them. */
  natural(): TensorId {
    return this.in(naturalOrder(this.rank));
  }

  /** The tensor as it is stored without any copy. */
  stored(): TensorId {
    return this.folded ? this.natural() : this.in(this.order);
  }

  /** The tensor with the axes in an order: as it is, relabelled where only axes of one element move, or copied. */
  in(order: Order): TensorId {
    const known = this.#copies.get(order.join());
    if (known !== undefined) return known;
    const made = this.folded ? this.#unfold(order) : this.#reorder(order);
    this.#copies.set(order.join(), made);
    return made;
  }

  #unfold(order: Order): TensorId {
    const natural = naturalOrder(this.rank);
    if (order.join() !== natural.join()) {
      this.natural();
      return this.#permute(this.#copies.get(natural.join())!, natural, order);
    }
    return relabel(this.emitter, this.folded!.source.natural(), this.shape);
  }

  #reorder(order: Order): TensorId {
    return this.#permute(this.#copies.get(this.order.join())!, this.order, order);
  }

  #permute(from: TensorId, has: Order, wants: Order): TensorId {
    const large = (order: Order) => order.filter((axis) => this.shape[axis] !== 1);
    if (sameShape(large(has), large(wants)))
      return relabel(
        this.emitter,
        from,
        wants.map((axis) => this.shape[axis]!),
      );
    if (this.rank > MOST_AXES) return this.#permuteJoined(from, has, wants);
    const permutation = wants.map((axis) => has.indexOf(axis));
    return this.emitter.emit(transpose, { permutation }, [from])[0]!;
  }

  // A transpose of few axes: those that stay neighbours are one.
  #permuteJoined(from: TensorId, has: Order, wants: Order): TensorId {
    const follows = (order: Order, a: number, b: number) =>
      order.indexOf(b) === order.indexOf(a) + 1;
    const runs: number[][] = [];
    for (const axis of has) {
      const last = runs.at(-1)?.at(-1);
      if (last !== undefined && follows(wants, last, axis)) runs.at(-1)!.push(axis);
      else runs.push([axis]);
    }
    const permutation = runs
      .map((_, i) => i)
      .sort((a, b) => wants.indexOf(runs[a]![0]!) - wants.indexOf(runs[b]![0]!));
    const joined = relabel(
      this.emitter,
      from,
      runs.map((run) => product(run.map((axis) => this.shape[axis]!))),
    );
    const [moved] = this.emitter.emit(transpose, { permutation }, [joined]);
    return relabel(
      this.emitter,
      moved!,
      wants.map((axis) => this.shape[axis]!),
    );
  }

  /** The same elements with leading axes of size 1 up to a rank, as broadcasting aligns them. */
  expandTo(rank: number): OnnxValue {
    const added = rank - this.rank;
    if (added === 0) return this;
    const shape = [...Array<number>(added).fill(1), ...this.shape];
    const lead = naturalOrder(added);
    const order = this.folded
      ? naturalOrder(rank)
      : [...lead, ...this.order.map((axis) => axis + added)];
    const sizes = order.map((axis) => shape[axis]!);
    return new OnnxValue(this.emitter, shape, order, relabel(this.emitter, this.stored(), sizes));
  }

  /** Axes renamed: axis i of the result is axis permutation[i] of this value. Costs nothing. */
  transposed(permutation: readonly number[]): OnnxValue {
    const shape = permutation.map((axis) => this.shape[axis]!);
    const tensor = this.stored();
    const order = this.folded ? naturalOrder(this.rank) : this.order;
    const renamed = order.map((axis) => permutation.indexOf(axis));
    return new OnnxValue(this.emitter, shape, renamed, tensor);
  }

  /** The same elements under another shape, in the model's order of elements. */
  reshaped(shape: readonly number[]): OnnxValue {
    if (sameShape(shape, this.shape)) return this;
    const whole = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
    if (!whole || product(shape) !== product(this.shape))
      throw new Unsupported(`[${this.shape.join(',')}] cannot become [${shape.join(',')}]`);
    if (product(shape) === 0) return this.reshapedEmpty(shape);
    const source = this.folded?.source ?? this;
    const order = regroup(source, shape);
    if (!order)
      return new OnnxValue(this.emitter, shape, naturalOrder(shape.length), this.#origin, {
        source,
      });
    const sizes = order.map((axis) => shape[axis]!);
    return new OnnxValue(this.emitter, shape, order, relabel(this.emitter, source.stored(), sizes));
  }

  /** A value without elements. */
  reshapedEmpty(shape: readonly number[]): OnnxValue {
    const { name, dtype } = this.emitter.tensor(this.#origin);
    const tensor = this.emitter.constant(name, { dtype, shape }, new Uint8Array());
    return OnnxValue.natural(this.emitter, tensor);
  }
}

export function naturalOrder(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}

function relabel(emitter: Emitter, tensor: TensorId, shape: readonly number[]): TensorId {
  if (sameShape(emitter.tensor(tensor).shape, shape)) return tensor;
  return emitter.emit(reshape, { shape }, [tensor])[0]!;
}

/**
 * In which order a tensor stores the axes of a reshaped value, when the reshape only splits axes and
 * joins neighbours that are stored as neighbours; undefined when elements have to move.
 */
function regroup({ shape: from, order }: OnnxValue, to: readonly number[]): Order | undefined {
  const groups = commonGroups(from, to);
  const places = order.filter((axis) => from[axis] !== 1);
  const result: number[] = [];
  for (let i = 0; i < places.length;) {
    const group = groups.find(({ before }) => before.includes(places[i]!))!;
    const large = group.before.filter((axis) => from[axis] !== 1);
    if (!sameShape(places.slice(i, i + large.length), large)) return undefined;
    result.push(...group.after);
    i += large.length;
  }
  // Axes of one element go first: they may stand anywhere.
  const rest = naturalOrder(to.length).filter((axis) => !result.includes(axis));
  return [...rest, ...result];
}

interface AxisGroup {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** The finest pairs of neighbouring axes with the same number of elements on both sides of a reshape. */
function commonGroups(from: readonly number[], to: readonly number[]): AxisGroup[] {
  const groups: AxisGroup[] = [];
  let [i, j] = [0, 0];
  while (i < from.length && j < to.length) {
    const [before, after] = [[i], [j]];
    let [a, b] = [from[i++]!, to[j++]!];
    while (a !== b) {
      if (a < b) {
        before.push(i);
        a *= from[i++]!;
      } else {
        after.push(j);
        b *= to[j++]!;
      }
    }
    groups.push({ before, after });
  }
  return groups;
}
