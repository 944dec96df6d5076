import { expect, it } from 'vitest';
import { tensorOf } from '../../src/ir/graph.ts';
import { printGraph } from '../../src/ir/print.ts';
import type { Graph } from '../../src/ir/types.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { removeDead } from '../../src/passes/remove-dead.ts';
import { Random } from '../../src/support/random.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { execute } from '../../src/workflow/execute.ts';
import { inputBytes } from '../support/cases.ts';
import { mergeGraphs } from '../support/merge-graphs.ts';
import { sampleGraphs } from '../support/random-graphs.ts';
import { outputBlocks } from '../support/run-graph.ts';
import { caseCount, SEED } from '../support/seeds.ts';

const COUNT = caseCount(60);
const FILLS = ['random', 'low', 'high'] as const;

console.log(`graphs on the host: seed ${SEED} (THIMBLE_SEED), ${COUNT} graphs (THIMBLE_CASES)`);

const graphs = sampleGraphs(SEED, COUNT);
const merged = mergeGraphs(graphs);
const random = new Random(SEED);
const vectors = FILLS.map((fill) => inputBytes(merged, random, fill));
const interpreter = new Interpreter(merged);
const expected = vectors.map((input) => outputBlocks(merged, interpreter.runBytes(input)));

/**
 * Kernels for the host's target, and those that a board without the DSP extension takes; with and
 * without the channels that are taken out.
 */
it.each([
  [undefined, true],
  ['mps2-an385', false],
] as const)(
  'random graphs give the bytes of the reference under the sanitizers (%s, shrunk: %s)',
  async (name, shrink) => {
    const board = name === undefined ? undefined : loadBoard(name);
    const model = { name: 'graphs', source: 'graphs', bytes: new Uint8Array(), graph: merged };
    const options = { shrink };
    const request = { model, options, ...(board && { board }), where: 'host', vectors } as const;
    const { outcome } = await execute({ ...request, steps: vectors.length });
    expect(outcome.outputs).toHaveLength(vectors.length);
    outcome.outputs.forEach((output, i) => {
      outputBlocks(merged, output).forEach((block, at) => {
        if (!sameBlock(block, expected[i]![at]!)) fail(at, FILLS[i]!);
      });
    });
  },
);

function sameBlock(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

// Shows what the output depends on, and nothing else.
function fail(output: number, fill: string): never {
  const id = merged.outputs[output]!;
  const cone: Graph = removeDead.run({ ...merged, outputs: [id] });
  const read = new Set(cone.nodes.flatMap(({ inputs }) => inputs));
  const shown = { ...cone, inputs: cone.inputs.filter((input) => read.has(input)) };
  const { name } = tensorOf(merged, id);
  return expect.fail(`%${id} "${name}" differs for ${fill} inputs in\n${printGraph(shown)}`);
}
