import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseGraph } from '../../src/ir/parse.ts';
import { printGraph } from '../../src/ir/print.ts';
import type { DType, Graph, Node, Quantization, Tensor } from '../../src/ir/types.ts';
import { byteLength } from '../../src/ir/types.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import type { Diagnostic } from '../../src/support/diagnostics.ts';
import { graphs } from '../support/random-graphs.ts';
import { caseCount, SEED } from '../support/seeds.ts';

const COUNT = caseCount(150);

console.log(`graphs as text: seed ${SEED} (THIMBLE_SEED), ${COUNT} of each kind (THIMBLE_CASES)`);

describe('a graph that is printed reads back', () => {
  it('graphs of all operators', () => check(graphs));
  it('any names, attributes, element types and quantizations', () => check(anyGraph()));
});

function check(arbitrary: fc.Arbitrary<Graph>): void {
  const property = fc.property(arbitrary, (graph) => {
    const text = printGraph(graph);
    const read = parseGraph(text);
    expect(read).toEqual(plain(graph));
    expect(printGraph(read)).toBe(text);
  });
  fc.assert(property, { seed: SEED, numRuns: COUNT });
}

// Without what fast-check keeps beside its values.
function plain({ name, tensors, nodes, inputs, outputs, states }: Graph): Graph {
  return { name, tensors, nodes, inputs, outputs, states };
}

const DTYPES: readonly DType[] = [
  ...(['int8', 'uint8', 'bool', 'int16', 'float16', 'int32', 'float32', 'int64'] as const),
];

// Graphs that no operator would take, but that are sound: what is written is written once, and read later.
function anyGraph(): fc.Arbitrary<Graph> {
  const text = fc.string({ unit: 'binary' });
  const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, NaN, -Infinity, 5e-324));
  const type = fc.record({
    name: text,
    dtype: fc.constantFrom(...DTYPES),
    shape: fc.array(fc.nat(3), { maxLength: 6 }),
    quant: fc.option(quantizations(number), { nil: undefined }),
    constant: fc.boolean(),
    seed: fc.nat(255),
  });
  const attrs = fc.dictionary(text, fc.jsonValue(), { maxKeys: 3 });
  const special = fc.dictionary(fc.constantFrom('alpha', 'beta', '__proto__', '"'), number);
  const node = fc.record({
    op: fc.constantFrom('conv2d', 'anything'),
    attrs: fc.oneof(attrs, special),
    inputs: fc.array(fc.option(fc.nat(), { nil: undefined }), { maxLength: 4 }),
    outputs: fc.array(type, { minLength: 1, maxLength: 3 }),
    origin: fc.record({ file: text, operator: fc.nat(), name: text }),
  });
  const parts = fc.record({
    name: text,
    leaves: fc.array(type, { minLength: 1, maxLength: 4 }),
    nodes: fc.array(node, { maxLength: 5 }),
    outputs: fc.array(fc.nat(), { maxLength: 3 }),
    states: fc.array(fc.record({ leaf: type, write: fc.nat(), given: fc.boolean() }), {
      maxLength: 2,
    }),
  });
  return parts.map(({ name, leaves, nodes, outputs, states }) => {
    const tensors = new Map<number, Tensor>();
    const inputs: number[] = [];
    const add = ({ constant, seed, quant, ...rest }: (typeof leaves)[0], mayHold: boolean) => {
      const id = tensors.size * 3;
      const data = new Uint8Array(byteLength(rest)).fill(seed);
      const held = mayHold && constant ? { data } : {};
      tensors.set(id, { id, ...rest, ...(quant && { quant }), ...held });
      return id;
    };
    for (const leaf of leaves) {
      const id = add(leaf, true);
      if (!leaf.constant || leaf.seed % 5 === 0) inputs.push(id);
    }
    const kept = states.map(({ leaf, write, given }) => {
      const { dtype, shape, seed } = leaf;
      const read = add(leaf, false);
      const initial = new Uint8Array(byteLength({ dtype, shape })).fill(seed);
      return { read, write, ...(given && { initial }) };
    });
    const any = (at: number) => (at % tensors.size) * 3;
    const written = nodes.map(({ outputs: types, inputs: read, ...rest }): Node => {
      const ids = read.map((at) => (at === undefined ? undefined : any(at)));
      return { ...rest, inputs: ids, outputs: types.map((each) => add(each, false)) };
    });
    const next = kept.map((state) => ({ ...state, write: any(state.write) }));
    return { name, tensors, nodes: written, inputs, outputs: outputs.map(any), states: next };
  });
}

function quantizations(number: fc.Arbitrary<number>): fc.Arbitrary<Quantization> {
  return fc.record({
    scales: fc.array(number, { maxLength: 3 }),
    zeroPoints: fc.array(number, { maxLength: 3 }),
    axis: fc.nat(5),
  });
}

describe('text that is no graph', () => {
  const faults: readonly (readonly [string, string, string])[] = [
    ['', '1:1', 'no line says: graph "NAME"'],
    ['graph "a"\ngraph "b"', '2:1', 'the graph has a name already'],
    ['graph "a"\nnonsense', '2:1', 'expected a tensor (%0), found "nonsense"'],
    ['graph "a"\ninput %0 "x" : i8[1', '2:20', 'expected "]", found the end of the line'],
    ['graph "a"\ninput %0 "x" : q7[1]', '2:16', 'no element type is called "q7"'],
    ['graph "a"\ninput %0 "x" : i8[1] q(1)', '2:25', 'q() takes a scale and a zero point'],
    ['graph "a"\nconst %0 "x" : i16[2] = 0102', '2:25', '4 digits, its type takes 8'],
    ['graph "a"\ninput %0 "\\q" : i8[1]', '2:10', '"\\q" is no text as JSON writes it'],
    [
      'graph "a"\n  input %0 "x" : i8[1] rest',
      '2:24',
      'expected the end of the line, found "rest"',
    ],
    ['graph "a"\ninput %0 "x" : i8[1]\ninput %0 "y" : i8[1]', '3:7', '%0 is there already'],
    ['graph "a"\noutput %7', '2:8', 'no line above says what %7 is'],
    ['graph "a"\n%1 = relu(%0) {} : "y" i8[1]', '2:11', 'no line above says what %0 is'],
    ['graph "a"\n%1 = relu() {"a":}', '2:18', 'expected a value, found "}"'],
    ['graph "a"\nstate %0 "s" : i8[1]', '2:1', 'no line says what the state %0 is next'],
    ['graph "a"\nnext %0 = %1', '2:6', '%0 is no state'],
    [
      'graph "a"\nstate %0 "s" : i8[1]\nnext %0 = %0\nnext %0 = %0',
      '4:6',
      'what %0 is next is said already',
    ],
    ['graph "a"\n%1, %1 = f() {}', '2:5', '%1 stands there twice'],
  ];
  it.each(faults)('%j is refused at %s', (text, place, message) => {
    const [problem, ...others] = problemsOf(text);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: 'bad-graph-text', where: `f.ir:${place}`, message });
  });

  it('says everything that is wrong at once, and does not drown in brackets', () => {
    const deep = `%1 = f() ${'['.repeat(9999)}`;
    const problems = problemsOf(`graph "a"\n// fine\n\n???\n${deep}\noutput %9\n`);
    expect(problems.map(({ where }) => where?.split(':')[1])).toEqual(['4', '5', '6']);
  });
});

function problemsOf(text: string): readonly Diagnostic[] {
  try {
    parseGraph(text, 'f.ir');
  } catch (error) {
    if (error instanceof CompileError) return error.diagnostics;
  }
  return [];
}
