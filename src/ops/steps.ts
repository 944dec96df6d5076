import type { TypedNode } from '../ir/types.ts';
import { elements } from '../ir/types.ts';
import { product, sum } from '../support/bytes.ts';
import { opOf } from './index.ts';

/** What computing a node takes: multiplications, or elements touched; a pool touches its window for each output. */
export function stepsOf(node: TypedNode): number {
  const { macs } = opOf(node.op);
  if (macs) return macs(node);
  const { kernel = [1, 1] } = node.attrs as { kernel?: readonly [number, number] };
  const read = sum(node.inputs.map((tensor) => (tensor ? elements(tensor) : 0)));
  return read + sum(node.outputs.map(elements)) * product(kernel);
}
