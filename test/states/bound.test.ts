import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
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
import { cliFolder } from '../support/cli-folder.ts';
import { floats, writeOnnx } from '../support/onnx-writer.ts';

const cli = cliFolder();
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

  it('go on in an exported Renode folder, for as many vectors as it was told', async () => {
    const { folder, thimble } = cli;
    writeFileSync(path.join(folder, 'gru.onnx'), bytes);
    const state = ['--state', 'before=after', '--steps', '3', '--count', '5', '--seed', '4'];
    const board = ['-b', 'mps2-an386', '-o', 'exported'];
    const { code, err } = await thimble(['renode', 'gru.onnx', ...state, ...board]);
    expect(code, err).toBe(0);
    const reference = new Interpreter(graph);
    const expected = makeVectors(graph, 4, 5).map(({ input }, i) => {
      if (i % 3 === 0) reference.reset();
      return Buffer.from(reference.runBytes(input)).toString('hex');
    });
    const suite = readFileSync(path.join(folder, 'exported/suite.robot'), 'utf8');
    expect([...suite.matchAll(/Vector Gives {4}.* (\w+)$/gm)].map(([, hex]) => hex)).toEqual(
      expected,
    );
    const vectors = readFileSync(path.join(folder, 'exported/vectors.bin'));
    expect(vectors.readUInt32LE(8)).toBe(3);
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
