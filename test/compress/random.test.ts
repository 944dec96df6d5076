import { expect, it } from 'vitest';
import { quantizeModel } from '../../src/compress/quantize-model.ts';
import { importModel } from '../../src/import/import-model.ts';
import { printGraph } from '../../src/ir/print.ts';
import type { Graph } from '../../src/ir/types.ts';
import { runPasses } from '../../src/passes/index.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import { Random } from '../../src/support/random.ts';
import { inputBytes } from '../support/cases.ts';
import { sampleGraphs } from '../support/random-graphs.ts';
import { SEED } from '../support/seeds.ts';
import { thimbleFile } from '../support/small-model.ts';

const isFloat = ({ tensors }: Graph) =>
  [...tensors.values()].every(({ dtype }) => dtype === 'float32');

it(`random float graphs become int8 graphs that read back, seed ${SEED}`, () => {
  const graphs = sampleGraphs(SEED, 700)
    .filter(isFloat)
    .map((graph) => runPasses(graph));
  const quantized = graphs.filter((graph) => {
    const inputs = [1, 2, 3].map((seed) => {
      const input = inputBytes(graph, new Random(seed), 'random');
      return { name: `in${seed}.bin`, input };
    });
    for (const io of ['float', 'int8'] as const) {
      try {
        const result = quantizeModel(graph, inputs, { method: 'auto', io });
        const again = importModel(thimbleFile(result.graph), 'again');
        expect(printGraph(again), printGraph(graph)).toBe(printGraph(result.graph));
        const measured = new Set(result.layers.map(({ id }) => id));
        for (const { outputs } of graph.nodes) expect(measured.has(outputs[0]!)).toBe(true);
      } catch (error) {
        if (!(error instanceof CompileError)) throw error;
        for (const { code } of error.diagnostics)
          expect(['not-finite', 'not-quantizable']).toContain(code);
        return false;
      }
    }
    return true;
  });
  // Others have operators that are floats' alone.
  expect(quantized.length).toBeGreaterThan(10);
});
