import { describe, expect, it } from 'vitest';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { PASSES, runPasses } from '../../src/passes/index.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { Random } from '../../src/support/random.ts';
import { MAKERS } from '../ops/makers.ts';
import { graphOfCases, inputBytes } from '../support/cases.ts';
import type { OpCase } from '../support/cases.ts';
import { smallFloatNetwork, smallNetwork } from '../support/small-model.ts';

const ops = (graph: { nodes: readonly { op: string }[] }) => graph.nodes.map(({ op }) => op);

it('padding and clamps become part of the convolution, dead nodes go', () => {
  const graph = runPasses(smallFloatNetwork());
  expect(ops(graph)).toEqual(['conv2d', 'mean']);
  expect(graph.nodes[0]!.attrs).toMatchObject({ padding: [1, 1, 1, 1], activation: 'relu6' });
});

describe('no pass changes a bit', () => {
  it.each([1, 2, 3, 4, 5])('seed %i', (seed) => {
    for (const graph of [smallFloatNetwork(seed), smallNetwork(seed)]) {
      const input = inputBytes(graph, new Random(seed), 'random');
      const before = new Interpreter(graph).runBytes(input);
      for (const pass of PASSES)
        expect(new Interpreter(pass.run(graph)).runBytes(input), pass.name).toEqual(before);
      expect(new Interpreter(runPasses(graph, PASSES)).runBytes(input)).toEqual(before);
    }
  });
});

it('a depthwise convolution of one channel becomes a convolution', () => {
  const graph = runPasses(graphOfCases([oneChannel(new Random(1))]));
  expect(ops(graph)).toEqual(['conv2d']);
});

describe('no pass changes a bit of any operator', () => {
  it.each([1, 2, 3])('random cases of seed %i', (seed) => {
    const random = new Random(seed);
    const makers = [...Object.values(MAKERS), oneChannel, oneChannel, oneChannel];
    const graph = graphOfCases(makers.map((make) => make(random)));
    const input = inputBytes(graph, random, 'random');
    const before = new Interpreter(graph).runBytes(input);
    for (const pass of PASSES)
      expect(new Interpreter(pass.run(graph)).runBytes(input), pass.name).toEqual(before);
  });
});

// Drawn until the depthwise convolution has one channel.
function oneChannel(random: Random): OpCase {
  for (;;) {
    const made = MAKERS.depthwise_conv2d!(random);
    if (made.inputs[0]!.shape[3] === 1) return made;
  }
}

it('a broken graph is blamed on the pass that broke it', () => {
  const graph = smallNetwork();
  const broken = { ...graph, nodes: graph.nodes.slice(1) };
  expect(() => verifyGraph(broken, 'pass test')).toThrow(
    /after pass test: depthwise_conv2d reads %\d+ before/,
  );
});
