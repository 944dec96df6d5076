import type { Graph } from '../../src/ir/types.ts';
import { lenet300, lenet5 } from './networks.ts';

/** One network, how it is trained and compressed here, and what Deep Compression says of it. */
export interface Recipe {
  readonly name: string;
  readonly title: string;
  make(seed: number): Graph;
  /** Whether each picture is learnt moved by a pixel to each side, too: five pictures of one. */
  readonly moves: boolean;
  /** Epochs of dense training, of pruning, of sharing. */
  readonly epochs: readonly number[];
  /** The share of all weights that stays. */
  readonly kept: number;
  /** Values that the weights of a layer share. */
  readonly values: number;
  /** Han, Mao and Dally, 2016, tables 1 to 3: error in percent, and how many times smaller than float32. */
  readonly paper: {
    readonly denseError: number;
    readonly error: number;
    readonly pruned: number;
    readonly shared: number;
    readonly huffman: number;
  };
}

export const RECIPES: readonly Recipe[] = [
  {
    name: 'lenet300',
    title: 'LeNet-300-100',
    make: lenet300,
    moves: true,
    epochs: [3, 7, 1],
    kept: 0.027,
    values: 16,
    paper: { denseError: 1.64, error: 1.58, pruned: 12, shared: 32, huffman: 40 },
  },
  {
    name: 'lenet5',
    title: 'LeNet-5',
    make: lenet5,
    moves: false,
    epochs: [5, 12, 2],
    kept: 0.04,
    values: 16,
    paper: { denseError: 0.8, error: 0.74, pruned: 12, shared: 33, huffman: 39 },
  },
];
