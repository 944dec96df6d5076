import type { TensorId } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import { broadcastShape } from '../elementwise/broadcast.ts';
import type { Order } from './value.ts';
import { naturalOrder, OnnxValue } from './value.ts';

/**
 * Tensors of values that have as many dimensions each, all in one order of axes: that of the largest
 * that the model computes, so that constants move, and computed tensors stay.
 */
export function align(values: readonly OnnxValue[]): {
  readonly tensors: readonly TensorId[];
  readonly order: Order;
} {
  const weight = (value: OnnxValue) => (value.isConstant ? -1 : product(value.shape));
  const leader = values.reduce((a, b) => (weight(b) > weight(a) ? b : a));
  const order = leader.isConstant ? naturalOrder(leader.rank) : orderOf(leader);
  return { tensors: values.map((value) => value.in(order)), order };
}

/** The result of an operator on each element of its operands, which broadcast as NumPy's do. */
export function broadcast(
  values: readonly OnnxValue[],
  combine: (tensors: readonly TensorId[]) => TensorId,
): OnnxValue {
  const rank = Math.max(...values.map((value) => value.rank));
  const { tensors, order } = align(values.map((value) => value.expandTo(rank)));
  const shape = broadcastShape(values.map((value) => value.shape));
  return new OnnxValue(values[0]!.emitter, shape, order, combine(tensors));
}

/** The result of an operator on each element of one value. */
export function mapped(value: OnnxValue, map: (stored: TensorId) => TensorId): OnnxValue {
  return new OnnxValue(value.emitter, value.shape, orderOf(value), map(value.stored()));
}

/** The order in which a value's tensor comes without a copy. */
export function orderOf(value: OnnxValue): Order {
  return value.folded ? naturalOrder(value.rank) : value.order;
}
