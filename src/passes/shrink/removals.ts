import type { Graph, Node } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { channelCount } from '../../ops/channels.ts';
import { opOf } from '../../ops/index.ts';
import type { Facts } from './ranges.ts';

/** Output channels of a layer with weights that are not computed any more, by reason. */
export interface Removal {
  readonly op: string;
  readonly name: string;
  /** How many it had. */
  readonly channels: number;
  /** Of those that went: always the number 0, always another number, read by nobody. */
  readonly zero: number;
  readonly constant: number;
  readonly unread: number;
}

/** What went, layer by layer in the order of the model. */
export class Removals {
  readonly #byLayer = new Map<string, Removal>();

  /** The channels of a node's output that `staying` does not name went. */
  add(graph: Graph, node: Node, { ranges }: Facts, staying: readonly number[]): void {
    if (!opOf(node.op).weights) return;
    const output = graph.tensors.get(node.outputs[0]!)!;
    const channels = channelCount(output);
    if (staying.length === channels) return;
    const stays = new Set(staying);
    const { low, high } = ranges.get(output.id)!;
    const { zeroPoint } = perTensor(output);
    const count = (is: (c: number) => boolean) =>
      Array.from(low.keys()).filter((c) => !stays.has(c) && is(c)).length;
    const { file, operator, name } = node.origin;
    const key = JSON.stringify([file, operator, name]);
    const before = this.#byLayer.get(key) ?? {
      ...{ op: node.op, name, channels, zero: 0, constant: 0, unread: 0 },
    };
    this.#byLayer.set(key, {
      ...before,
      zero: before.zero + count((c) => low[c] === high[c] && low[c] === zeroPoint),
      constant: before.constant + count((c) => low[c] === high[c] && low[c] !== zeroPoint),
      unread: before.unread + count((c) => low[c] !== high[c]),
    });
  }

  /** In the order of the nodes of the graph that they went from. */
  inOrder({ nodes }: Graph): Removal[] {
    return nodes.flatMap(({ origin: { file, operator, name } }) => {
      const found = this.#byLayer.get(JSON.stringify([file, operator, name]));
      return found ?? [];
    });
  }
}

/** '109 of 128 channels never leave 0', or how many went for which reason. */
export function describeRemoval({ channels, zero, constant, unread }: Removal): string {
  const reasons = [
    [zero, zero === 1 ? 'never leaves 0' : 'never leave 0'],
    [constant, constant === 1 ? 'is always the same' : 'are always the same'],
    [unread, unread === 1 ? 'is read by nobody' : 'are read by nobody'],
  ] as const;
  const [first, ...others] = reasons.filter(([count]) => count > 0);
  const text = `${first![0]} of ${channels} channels ${first![1]}`;
  return [text, ...others.map(([count, reason]) => `${count} ${reason}`)].join(', ');
}
