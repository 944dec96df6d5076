import { describe, expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { runPasses } from '../../src/passes/index.ts';
import { compileModel } from '../../src/pipeline.ts';
import { Random } from '../../src/support/random.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { testModel } from '../../src/workflow/test-model.ts';
import { makeVectors } from '../../src/workflow/vectors.ts';
import { floats, writeOnnx } from '../support/onnx-writer.ts';

const [INPUTS, UNITS, STEPS] = [3, 4, 8];
const random = new Random(9);
const constant = (...dims: number[]) =>
  floats(
    dims,
    Array.from({ length: 60 }, () => random.real(-1, 1)),
  );

/** A GRU of one step a call, whose hidden state is an input and an output. */
const bytes = writeOnnx({
  inputs: { x: [1, 1, INPUTS], before: [1, 1, UNITS] },
  outputs: ['y', 'after'],
  constants: {
    w: constant(1, 3 * UNITS, INPUTS),
    r: constant(1, 3 * UNITS, UNITS),
    b: constant(1, 6 * UNITS),
  },
  nodes: [
    {
      type: 'GRU',
      inputs: ['x', 'w', 'r', 'b', '', 'before'],
      outputs: ['all', 'after'],
      attributes: { hidden_size: UNITS, linear_before_reset: 1 },
    },
    { type: 'Tanh', inputs: ['all'], outputs: ['y'] },
  ],
});
const read = (...states: [string, string][]) => importModel(bytes, 'gru.onnx', { states });

describe('inputs that are outputs of the inference before (--state)', () => {
  const graph = runPasses(read(['before', 'after']));
  const model = { name: 'gru', source: 'gru.onnx', bytes, graph };
  const board = loadBoard('mps2-an386');
  const vectors = makeVectors(graph, 4, STEPS);

  it('give what the model gives whose state is handed on by hand', () => {
    const bound = new Interpreter(graph);
    const plain = new Interpreter(read());
    let state = new Uint8Array(4 * UNITS);
    for (const { input } of vectors) {
      const expected = plain.runBytes(new Uint8Array([...input, ...state]));
      expect(bound.runBytes(input)).toEqual(expected.slice(0, 4 * UNITS));
      state = expected.slice(4 * UNITS);
    }
    expect(state.some((byte) => byte !== 0)).toBe(true);
  });

  it('are byte-exact on the host, and updated in place', async () => {
    const result = await testModel({ model, board, where: 'host', vectors, steps: STEPS });
    expect(result.passed).toBe(true);
    const code = compileModel(model, targetOf(board)).library.files.get('gru.c')!;
    expect(code.slice(code.indexOf('void gru_invoke(void)'))).not.toMatch(/memcpy/);
  });

  it.each<[string, [string, string][], RegExp]>([
    ['an unknown input', [['h', 'after']], /no input "h"; it has "x", "before"/],
    ['an unknown output', [['before', 'all']], /no output "all"; it has "y", "after"/],
    ['another type', [['x', 'after']], /"x" is f32\[1,1,3\], and "after" f32\[1,1,4\]/],
    [
      'an output twice',
      [
        ['before', 'after'],
        ['x', 'after'],
      ],
      /"x" is/,
    ],
    [
      'what leaves no input',
      [
        ['before', 'after'],
        ['before', 'y'],
      ],
      /named twice/,
    ],
  ])('%s is refused', (_, states, message) => {
    expect(() => read(...states)).toThrow(message);
  });
});
