import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { printGraph } from '../../src/ir/print.ts';
import type { Graph, TensorType } from '../../src/ir/types.ts';
import { PASSES, runPasses } from '../../src/passes/index.ts';
import { Random } from '../../src/support/random.ts';
import { inputBytes } from '../support/cases.ts';
import { graphs, sampleGraphs } from '../support/random-graphs.ts';
import { tensorBytes } from '../support/run-graph.ts';
import { caseCount, SEED } from '../support/seeds.ts';

const COUNT = caseCount(100);
const FILLS = ['random', 'special', 'low', 'high'] as const;

console.log(`passes: seed ${SEED} (THIMBLE_SEED), ${COUNT} random graphs (THIMBLE_CASES)`);

describe('on random graphs, what a pass keeps it keeps in every byte', () => {
  it.each(PASSES)('$name', (pass) => {
    check((graph) => {
      expectSame(graph, runPasses(graph, [pass]));
    });
  });

  it('all of them, one after another', () => {
    check((graph) => {
      const last = PASSES.reduce((before, pass) => expectSame(before, pass.run(before)), graph);
      expect(runPasses(graph, PASSES)).toEqual(last);
    });
  });

  it.each(PASSES)('$name has something to do', (pass) => {
    const tried = sampleGraphs(SEED, 200);
    const changed = tried.filter((graph) => printGraph(pass.run(graph)) !== printGraph(graph));
    expect(changed.length).toBeGreaterThan(4);
    const dtypes = new Set(
      changed.flatMap((graph) => graph.nodes.map((node) => dtypeOf(graph, node))),
    );
    expect([...dtypes]).toEqual(expect.arrayContaining(['int8', 'float32']));
  });
});

function check(predicate: (graph: Graph) => void): void {
  fc.assert(fc.property(graphs, predicate), { seed: SEED, numRuns: COUNT });
}

function dtypeOf(graph: Graph, { outputs }: Graph['nodes'][0]) {
  return graph.tensors.get(outputs[0]!)!.dtype;
}

// Tensors that are in both graphs have one type and, for every input of a sequence, one contents.
function expectSame(before: Graph, after: Graph): Graph {
  if (printGraph(before) === printGraph(after)) return after;
  expect([after.inputs, after.outputs]).toEqual([before.inputs, before.outputs]);
  for (const [id, tensor] of before.tensors) {
    const kept = after.tensors.get(id);
    if (kept) expect(typeOf(kept)).toEqual(typeOf(tensor));
  }
  const random = new Random(1);
  const [reference, rewritten] = [new Interpreter(before), new Interpreter(after)];
  for (const fill of FILLS) {
    const input = inputBytes(before, random, fill);
    const [expected, found] = [tensorBytes(reference, input), tensorBytes(rewritten, input)];
    for (const [id, bytes] of found)
      if (expected.has(id)) expect(bytes, `%${id}, ${fill} inputs`).toEqual(expected.get(id));
  }
  return after;
}

function typeOf({ dtype, shape, quant }: TensorType): TensorType {
  return { dtype, shape, ...(quant && { quant }) };
}
