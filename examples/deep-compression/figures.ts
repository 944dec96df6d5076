import { formatTable } from '../../src/report/table.ts';
import type { Recipe } from './recipes.ts';

/** What was measured while a network was trained and compressed. */
export interface Figures {
  /** The folder that the pictures came from. */
  readonly data: string;
  readonly seed: number;
  /** Epochs of dense training, of pruning, of sharing. */
  readonly epochs: readonly number[];
  /** Pictures to train, and to test. */
  readonly train: number;
  readonly test: number;
  readonly stages: {
    readonly stage: string;
    /** Test pictures labelled wrongly, 0 to 1. */
    readonly error: number;
    readonly bytes: number;
  }[];
}

/** The lines of the paper's table with ours beside it; the paper's are of MNIST. */
export function compareWithPaper({ title, moves, paper }: Recipe, figures: Figures): string[] {
  const { data, seed, epochs, train, test, stages } = figures;
  const full = stages[0]!.bytes;
  const theirs = [1, paper.pruned, paper.shared, paper.huffman].map((times) => `${times}x`);
  const errors = [paper.denseError, undefined, undefined, paper.error];
  return [
    `${title} on ${data}, seed ${seed}, ${epochs.join(' + ')} epochs; error on ${test} test pictures`,
    `${train} training pictures${moves ? ': each as it is, and moved by a pixel to each side' : ''}`,
    'bytes: all parameters; at last, the whole .thimble file',
    ...formatTable([
      ['stage', 'bytes', 'times smaller', 'error', 'paper (MNIST)', 'error'],
      ...stages.map(({ stage, error, bytes }, i) => [
        stage,
        String(bytes),
        `${(full / bytes).toFixed(1)}x`,
        `${(100 * error).toFixed(2)} %`,
        theirs[i]!,
        errors[i] === undefined ? '' : `${errors[i].toFixed(2)} %`,
      ]),
    ]),
  ];
}
