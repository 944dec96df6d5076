import { describe, expect, it } from 'vitest';
import { parseGraph } from '../../src/ir/parse.ts';
import { typedNode } from '../../src/ir/graph.ts';
import { rejectNode } from '../../src/ops/check-node.ts';
import { runPasses } from '../../src/passes/index.ts';
import type { Pass } from '../../src/passes/pass.ts';

const node = (line: string) => `graph "g"
input %0 "x" : f32[2,3]
input %1 "y" : f32[2,3]
input %9 "b" : b8[2,3]
${line} @ "m" 0 "n"
output %2
`;

function rejectionOf(line: string): string | undefined {
  const graph = parseGraph(node(line));
  return rejectNode(typedNode(graph, graph.nodes[0]!));
}

describe('a node that its operator cannot compute is refused', () => {
  const faults: readonly (readonly [string, string])[] = [
    ['%2 = nothing(%0) {} : "z" f32[2,3]', 'the operator "nothing" is unknown'],
    ['%2 = tanh(%0) {"x":1} : "z" f32[2,3]', 'its attributes make no sense'],
    ['%2 = tanh(%0, %1) {} : "z" f32[2,3]', 'it has 2 inputs'],
    ['%2 = tanh(_) {} : "z" f32[2,3]', 'its input 0 is missing'],
    ['%2, %3 = tanh(%0) {} : "z" f32[2,3], "a" f32[1]', 'it has 2 outputs, not 1'],
    ['%2 = tanh(%0) {} : "z" f32[3,2]', 'its output "z" has the wrong shape: [3,2], not [2,3]'],
    ['%2 = tanh(%0) {} : "z" i8[2,3] q(1,0)', 'it mixes'],
    ['%2 = concat(%0, %1) {"axis":2} : "z" f32[2,3]', '[2,3] has no axes 2'],
    ['%2 = split(%0) {"axis":2,"sizes":[3]} : "z" f32[2,3]', '[2,3] has no axes 2'],
    [
      '%2 = mean(%0) {"axes":[0,2],"keepDims":true,"rounding":"double"} : "z" f32[1,3]',
      '[2,3] has no axes 0, 2',
    ],
    [
      '%2 = mean(%0) {"axes":[1,1],"keepDims":true,"rounding":"double"} : "z" f32[2,1]',
      '[2,3] has no axes 1, 1',
    ],
    [
      '%2 = pad(%9) {"before":[0,1],"after":[0,0],"value":0.25} : "z" b8[2,4]',
      'it fills bool with 0.25, which is no whole number from 0 to 1',
    ],
    [
      '%2 = pad(%9) {"before":[0,1],"after":[0,0],"value":2} : "z" b8[2,4]',
      'it fills bool with 2, which is no whole number from 0 to 1',
    ],
  ];
  it.each(faults)('%s', (line, reason) => {
    expect(rejectionOf(line)).toContain(reason);
  });

  it('and one that it can compute is not', () => {
    expect(rejectionOf('%2 = tanh(%0) {} : "z" f32[2,3]')).toBeUndefined();
  });
});

it('a pass that makes a wrong type is blamed', () => {
  const graph = parseGraph(node('%2 = tanh(%0) {} : "z" f32[2,3]'));
  const z = { ...graph.tensors.get(2)!, shape: [6] };
  const run = () => ({ ...graph, tensors: new Map([...graph.tensors, [2, z]]) });
  const broken: Pass = { name: 'break-shape', summary: '', run };
  expect(() => runPasses(graph, [broken])).toThrow(
    'after pass break-shape: tanh "n": its output "z" has the wrong shape: [6], not [2,3]',
  );
});
