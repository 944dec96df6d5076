import { describe, expect, it } from 'vitest';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { FIRMWARE_BYTES } from '../../src/plan/memories.ts';
import type { CompileOptions } from '../../src/pipeline.ts';
import type { Graph } from '../../src/ir/types.ts';
import { Random } from '../../src/support/random.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { execute } from '../../src/workflow/execute.ts';
import { inputBytes } from '../support/cases.ts';
import { imageNetwork } from '../support/image-network.ts';
import { mergeGraphs } from '../support/merge-graphs.ts';
import { sampleGraphs } from '../support/random-graphs.ts';
import { outputBlocks } from '../support/run-graph.ts';
import { SEED } from '../support/seeds.ts';
import { windowChains } from '../support/window-chains.ts';

console.log(`poisoned arenas: seed ${SEED} (THIMBLE_SEED)`);

const chains = windowChains(new Random(SEED), 16);
const graphs = mergeGraphs(sampleGraphs(SEED, 12));

/** Runs that go row by row, branches and states, plans that a search has cut, an input by rows. */
const CASES: readonly [string, Graph, CompileOptions][] = [
  ['runs of layers, row by row', chains.graph, { runs: chains.runs, shrink: false }],
  ['random graphs, of least RAM', graphs, { optimize: 'ram' }],
  ['an image by rows, of least RAM', imageNetwork(32), { optimize: 'ram', fed: true }],
];

describe.each(CASES)('%s, memory poisoned between layers', (_, graph, options) => {
  const model = { name: 'poisoned', source: 'poisoned', bytes: new Uint8Array(), graph };
  const random = new Random(SEED);
  const vectors = (['random', 'low', 'high'] as const).map((fill) =>
    inputBytes(graph, random, fill),
  );
  const interpreter = new Interpreter(graph);
  const expected = vectors.map((input) => outputBlocks(graph, interpreter.runBytes(input)));

  it.each([
    ['host', 'mps2-an386'],
    ['qemu', 'mps2-an385'],
    ['qemu', 'mps2-an386'],
  ] as const)('gives the bytes of the reference: on %s, for %s', async (where, name) => {
    const { outcome, built, program } = await execute({
      ...{ model, board: loadBoard(name), where, vectors, steps: vectors.length },
      options: { ...options, poison: true },
    });
    expect(program.library.files.get('poisoned.c')).toMatch(/^ {4}nn_require_poison\(&arena/m);
    outcome.outputs.forEach((output, i) => {
      expect(outputBlocks(graph, output), `vector ${i}`).toEqual(expected[i]);
    });
    if (!built) return;
    // The painted stack has the firmware's own frames, too: less than is kept for them.
    expect(outcome.stackBytes).toBeGreaterThan(0);
    expect(outcome.stackBytes).toBeLessThanOrEqual(built.stackBound + FIRMWARE_BYTES / 2);
  });
});
