import { typedNodes } from '../../ir/graph.ts';
import type { Graph } from '../../ir/types.ts';
import { parseSize } from '../../support/bytes.ts';
import type { Built, Task } from './build.ts';
import type { Price, Priced } from './prune-layer.ts';
import type { Recipe } from './recipe.ts';

/** What a network as a whole would take on a target. */
export type Outlook = (graph: Graph) => { readonly flash: number; readonly cycles: number };

/** What a compressed network is to take at most, and how that is told. */
export interface Goal {
  readonly what: string;
  readonly unit: 'bytes' | 'cycles';
  readonly most: number;
  /** The part of one layer. */
  readonly sizeOf: (price: Priced) => number;
  /** What a network takes as a whole. */
  readonly measure: (network: Pick<Built, 'graph' | 'bytes'>) => number;
}

/** The goal of a recipe; undefined where it has none. */
export function goalOf(
  { weights, flash, cycles }: Recipe,
  { outlook, bytes: before }: Pick<Task, 'outlook' | 'bytes'>,
): Goal | undefined {
  const bytes = { unit: 'bytes', sizeOf: (priced: Priced) => priced.bytes } as const;
  if (weights !== undefined)
    return {
      ...bytes,
      what: 'weights',
      most: typeof weights === 'string' ? parseSize(weights)! : Math.floor(weights * before),
      measure: (network) => network.bytes,
    };
  if (flash !== undefined)
    return {
      ...bytes,
      what: 'flash',
      most: parseSize(flash)!,
      measure: ({ graph }) => outlook(graph).flash,
    };
  if (cycles === undefined) return undefined;
  return {
    ...{ what: 'cycles', unit: 'cycles', most: cycles },
    sizeOf: (priced) => priced.cycles,
    measure: ({ graph }) => Math.round(outlook(graph).cycles),
  };
}

/** Bytes of all stored weights. */
export function weightBytes(graph: Graph, price: Price): number {
  return typedNodes(graph).reduce((sum, node) => sum + price(node).bytes, 0);
}
