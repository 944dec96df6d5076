import { describe, expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { SIGMOIDS } from '../../src/ops/recurrent/sigmoid-table.ts';
import { runPasses } from '../../src/passes/index.ts';
import { compileModel } from '../../src/pipeline.ts';
import { bytesOf, crc32 } from '../../src/support/bytes.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { testModel } from '../../src/workflow/test-model.ts';
import { makeVectors } from '../../src/workflow/vectors.ts';
import { lstmFile, LSTM_PLACES, svdfFile } from '../support/recurrent-files.ts';
import { writeTflite } from '../support/tflite-writer.ts';
import type { FileModel } from '../support/tflite-writer.ts';

const STEPS = 12;
const board = loadBoard('mps2-an386');

function modelOf(file: FileModel, name = 'recurrent') {
  const bytes = writeTflite(file);
  const graph = runPasses(importModel(bytes, `${name}.tflite`));
  return { name, source: `${name}.tflite`, bytes, graph };
}

it('the table of the logistic function is that of TFLite', () => {
  expect(crc32(bytesOf(Uint16Array.from(SIGMOIDS)))).toBe('b84f6ab4');
});

describe.each([false, true])('an LSTM (in float: %s)', (float) => {
  it('gives step by step what it gives for the whole sequence', () => {
    const whole = modelOf(lstmFile({ steps: STEPS, float }));
    const single = new Interpreter(modelOf(lstmFile({ float })).graph);
    const { input } = makeVectors(whole.graph, 5, 1)[0]!;
    const expected = new Interpreter(whole.graph).runBytes(input);
    const bytes = input.length / STEPS;
    const found = Array.from({ length: STEPS }, (_, t) =>
      Array.from(single.runBytes(input.slice(t * bytes, (t + 1) * bytes))),
    );
    expect(found.flat()).toEqual(Array.from(expected));
    expect(new Set(expected).size).toBeGreaterThan(STEPS);
  });
});

const MODELS: readonly (readonly [string, FileModel])[] = [
  ['an int8 LSTM', lstmFile({ steps: 3 })],
  ['a float LSTM', lstmFile({ steps: 2, float: true })],
  ['SVDF with a state of 8 bits', svdfFile('int8')],
  ['SVDF with a state of 16 bits', svdfFile('int16')],
  ['SVDF in float', svdfFile('float32')],
];

describe.each(MODELS)('%s', (name, file) => {
  const model = modelOf(file);
  const vectors = makeVectors(model.graph, 7, 2 * STEPS);

  // In the emulator those that have kernels of their own there.
  const places = name.includes('float') ? (['host'] as const) : (['host', 'qemu'] as const);
  it.each(places)('is byte-exact over 12 steps, twice, on %s', async (where) => {
    const result = await testModel({ model, board, where, vectors, steps: STEPS });
    expect(result.verdicts.filter(({ difference }) => difference)).toEqual([]);
    expect(result.passed).toBe(true);
  });

  it('updates its states in place', () => {
    const { library } = compileModel(model, targetOf(board));
    const code = library.files.get('recurrent.c')!;
    expect(code.slice(code.indexOf('void recurrent_invoke(void)'))).not.toMatch(/memcpy/);
    expect(model.graph.states.length).toBeGreaterThan(0);
  });
});

describe('what TFLite Micro refuses is refused by name', () => {
  const shared = svdfFile('int8');
  const cases: readonly (readonly [string, FileModel, RegExp])[] = [
    ['peepholes', lstmFile({ extra: LSTM_PLACES.peephole }), /it has peephole connections/],
    ['a projection', lstmFile({ extra: LSTM_PLACES.projection }), /it has a projection/],
    ['layer norm', lstmFile({ extra: LSTM_PLACES.norm }), /it has layer normalization/],
    ['another activation', lstmFile({ activation: 1 }), /activation of code 1, not tanh/],
    [
      'a state that is no variable',
      lstmFile({ state: { variable: false } }),
      /is no variable|nothing writes/,
    ],
    ['a state of another type', lstmFile({ state: { scales: [0.5] } }), /quantized otherwise/],
    [
      'a state of two layers',
      {
        ...shared,
        operators: shared.operators.map((each) => ({ ...each, inputs: [0, 1, 2, 3, 4] })),
      },
      /is another operator's, too/,
    ],
  ];
  it.each(cases)('%s', (_, file, message) => {
    let found = '';
    try {
      importModel(writeTflite(file), 'm');
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      found = error.diagnostics.map((each) => each.message).join('\n');
    }
    expect(found).toMatch(message);
  });
});
