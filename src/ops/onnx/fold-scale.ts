import type { Node, Tensor, TensorId } from '../../ir/types.ts';
import { constantNumbers } from '../../ir/values.ts';
import { bytesOf } from '../../support/bytes.ts';
import { conv2d } from '../conv/conv2d.ts';
import { depthwiseConv2d } from '../conv/depthwise.ts';
import { dense } from '../dense/dense.ts';
import type { Op } from '../op.ts';
import type { Emitter } from './emitter.ts';
import { OnnxValue } from './value.ts';

const WEIGHTED = [conv2d, depthwiseConv2d, dense] as readonly Op[];

/**
 * factor[c] * x + offset[c] on the channels of a value, in the weights and the bias of the operator
 * that computes it; undefined where that is no such operator, or is read otherwise, too. Products are
 * taken in double precision and stored in single.
 */
export function foldScale(
  x: OnnxValue,
  factor: readonly number[],
  offset: readonly number[],
): OnnxValue | undefined {
  const { emitter } = x;
  const node = emitter.onlyReader(x.origin);
  const op = node && WEIGHTED.find(({ name }) => name === node.op);
  if (!node || !op || x.order.at(-1) !== 1) return undefined;
  const [weights, bias] = constantsOf(emitter, node);
  if (!weights || (node.attrs as { activation: string }).activation !== 'none') return undefined;
  const { axis } = op.weights!;
  const run = weights.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const channelOf = (i: number) => Math.floor(i / run) % weights.shape[axis]!;
  const scaled = constantNumbers(weights).map((w, i) => w * factor[channelOf(i)]!);
  const before = bias ? constantNumbers(bias) : factor.map(() => 0);
  const moved = before.map((b, c) => b * factor[c]! + offset[c]!);
  const float = (name: string, shape: readonly number[], numbers: readonly number[]): TensorId =>
    emitter.constant(name, { dtype: 'float32', shape }, bytesOf(Float32Array.from(numbers)));
  const output = emitter.emit(op, node.attrs, [
    node.inputs[0],
    float(weights.name, weights.shape, scaled),
    float(bias?.name ?? 'bias', [moved.length], moved),
  ]);
  return new OnnxValue(emitter, x.shape, x.order, output[0]!);
}

function constantsOf(emitter: Emitter, { inputs }: Node): [Tensor | undefined, Tensor | undefined] {
  const [, weights, bias] = inputs.map((id) => (id === undefined ? undefined : emitter.tensor(id)));
  const isFloat = weights?.data && weights.dtype === 'float32' && (!bias || bias.data);
  return isFloat ? [weights, bias] : [undefined, undefined];
}
