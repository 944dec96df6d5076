import { smallerSizes, withSmallerInput } from '../compress/smaller-input.ts';
import type { Estimate } from '../estimate/estimate.ts';
import { tensorOf } from '../ir/graph.ts';
import { planeRows } from '../ir/types.ts';
import type { Graph } from '../ir/types.ts';
import { planModel } from '../pipeline.ts';
import type { CompileOptions } from '../pipeline.ts';
import { fitsBoard } from '../report/footprint.ts';
import type { RemedyReport } from '../report/fit.ts';
import { leastSuch } from '../select/cut.ts';
import { CompileError } from '../support/diagnostics.ts';
import type { Board } from '../target/board.ts';
import { boardNames, loadBoard } from '../target/load-board.ts';
import { targetOf } from '../target/target.ts';

/** Plans that are looked for; fewer of models with many layers, or tall planes: each takes as long as compiling does. */
const [MOST_TRIES, NODE_TRIES, ROW_TRIES] = [16, 2000, 100_000];
const HASTY: CompileOptions = { optimize: 'speed', hasty: true };
/** Boards that are named. */
const NAMED = 3;

/** What makes a model fit that does not: each was planned, and fits. */
export function findRemedies(
  graph: Graph,
  board: Board,
  options: CompileOptions = {},
): RemedyReport[] {
  const search = new Trials(graph, options);
  if (!search.hasTries) return [];
  return [
    ...search.otherOptions(board),
    ...search.smallerInput(board),
    ...search.otherBoards(board),
  ];
}

class Trials {
  #left: number;

  constructor(
    readonly graph: Graph,
    readonly options: CompileOptions,
  ) {
    const nodes = graph.nodes.length;
    const made = graph.nodes.flatMap(({ outputs }) => outputs).concat(graph.inputs);
    const rows = made.reduce((most, id) => Math.max(most, planeRows(tensorOf(graph, id))), 1);
    const tries = Math.floor(Math.min(NODE_TRIES / nodes, ROW_TRIES / (nodes * rows)));
    this.#left = tries < 2 ? 0 : Math.min(MOST_TRIES, tries);
  }

  /** Whether any plan can be looked for. */
  get hasTries(): boolean {
    return this.#left > 0;
  }

  otherOptions(board: Board): RemedyReport[] {
    const { fed, accepts, shrink } = this.options;
    const others: [string, CompileOptions | undefined][] = [
      ['--input rows', fed ? undefined : { ...this.options, fed: true }],
      ['--encoding auto', accepts && withoutAcceptance(this.options)],
      [
        'channels taken out (no --no-shrink)',
        shrink === false ? { ...this.options, shrink: true } : undefined,
      ],
    ];
    return others.flatMap(([name, options]) => {
      const found = options && this.#fitting(board, { ...options, optimize: 'speed' });
      return found ? [{ change: 'option', name, ...figuresOf(found) }] : [];
    });
  }

  // The largest image that fits: a smaller one takes less of everything.
  smallerInput(board: Board): RemedyReport[] {
    const images = smallerSizes(this.graph).flatMap((size) => {
      const graph = withSmallerInput(this.graph, size);
      return graph ? [{ size, graph }] : [];
    });
    const found = images.map((): Estimate | undefined => undefined);
    const least = leastSuch(images.length, (i) => {
      found[i] = this.#fitting(board, { ...this.options, ...HASTY }, images[i]!.graph);
      return found[i] !== undefined;
    });
    const [image, hasty] = [images[least], found[least]];
    if (!image || !hasty) return [];
    const estimate = this.#fitting(board, this.options, image.graph) ?? hasty;
    return [{ change: 'input', name: image.size.join('x'), ...figuresOf(estimate) }];
  }

  /** The smallest ones that hold it, boards that only emulators have last. */
  otherBoards(board: Board): RemedyReport[] {
    const found: RemedyReport[] = [];
    for (const other of largerBoards(board)) {
      if (found.length === NAMED) break;
      const estimate = this.#fitting(other, { ...this.options, ...HASTY });
      if (estimate) found.push({ change: 'board', name: other.name, ...figuresOf(estimate) });
    }
    return found;
  }

  #fitting(board: Board, options: CompileOptions, graph = this.graph): Estimate | undefined {
    if (this.#left-- <= 0) return undefined;
    try {
      const { estimate } = planModel(graph, targetOf(board), options).selection;
      return fitsBoard(estimate, board) ? estimate : undefined;
    } catch (error) {
      // Its input cannot come by rows, or no kernel takes it on that core.
      if (error instanceof CompileError) return undefined;
      throw error;
    }
  }
}

function withoutAcceptance({ accepts: _, ...options }: CompileOptions): CompileOptions {
  return options;
}

function largerBoards(board: Board): Board[] {
  const isMachine = ({ emulators }: Board) => (emulators.qemu?.machine === undefined ? 0 : 1);
  return boardNames()
    .filter((name) => name !== board.name)
    .map((name) => loadBoard(name))
    .filter((each) => each.ramBytes > board.ramBytes || each.flashBytes > board.flashBytes)
    .sort(
      (a, b) =>
        isMachine(a) - isMachine(b) || a.ramBytes - b.ramBytes || a.flashBytes - b.flashBytes,
    );
}

function figuresOf({ cycles, flash, ram }: Estimate) {
  return { cycles: Math.round(cycles), flash: flash.total, ram: ram.total };
}
