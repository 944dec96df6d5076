import { expect, it } from 'vitest';
import { layerErrors } from '../../src/compress/layer-errors.ts';
import { quantizeModel } from '../../src/compress/quantize-model.ts';
import { readThimble } from '../../src/formats/thimble/container.ts';
import { importModel } from '../../src/import/import-model.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import { printGraph } from '../../src/ir/print.ts';
import { compile } from '../../src/pipeline.ts';
import { Random } from '../../src/support/random.ts';
import { HOST_TARGET } from '../../src/target/target.ts';
import { execute } from '../../src/workflow/execute.ts';
import { inputBytes } from '../support/cases.ts';
import {
  smallFloatNetwork,
  smallNetwork,
  smallTflite,
  thimbleFile,
} from '../support/small-model.ts';

const MODELS = [
  ['a .tflite file', smallTflite()],
  ['a .thimble file', thimbleFile(smallNetwork())],
] as const;

// The same bytes in the arrays that callers have: some share memory with others, some start anywhere.
const KINDS: readonly [string, (bytes: Uint8Array) => Uint8Array][] = [
  ['a Buffer', (bytes) => Buffer.from(bytes)],
  ['a Buffer within a pool', (bytes) => Buffer.concat([Buffer.alloc(5), bytes]).subarray(5)],
  ['a view', (bytes) => Uint8Array.from([1, 2, 3, ...bytes]).subarray(3)],
  [
    'shared memory',
    (bytes) => {
      const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
      shared.set(bytes);
      return shared;
    },
  ],
];

function run(model: Uint8Array, kind: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  const interpreter = new Interpreter(importModel(kind(model), 'model'));
  const input = Uint8Array.from({ length: interpreter.inputBytes }, (_, i) => i * 7);
  return interpreter.runBytes(kind(input));
}

it.each(MODELS)('%s and its inputs may be any Uint8Array', (_, model) => {
  const wanted = run(model, (bytes) => bytes);
  for (const [name, kind] of KINDS) expect([...run(model, kind)], name).toEqual([...wanted]);
});

it('what compiles, calibrates, measures and runs takes any Uint8Array, and writes to none', async () => {
  const float = smallFloatNetwork();
  const random = new Random(5);
  const inputs = Array.from({ length: 4 }, () => inputBytes(float, random, 'random'));
  const graph = smallNetwork();
  const vector = inputBytes(graph, random, 'random');
  const results = async (kind: (bytes: Uint8Array) => Uint8Array) => {
    const given = inputs.map((input, i) => ({ name: String(i), input: kind(input) }));
    const quantized = quantizeModel(float, given, { method: 'minmax', io: 'float' });
    const bytes = kind(thimbleFile(graph));
    const program = compile(bytes, HOST_TARGET, { name: 'model' });
    const model = { name: 'model', source: 'model', bytes, graph };
    const { outcome } = await execute({ model, where: 'host', vectors: [kind(vector)] });
    const errors = layerErrors(
      float,
      quantized.graph,
      given.map(({ input }) => input),
    );
    expect(given.map(({ input }) => [...input])).toEqual(inputs.map((input) => [...input]));
    return {
      quantized: printGraph(quantized.graph),
      errors,
      files: [...program.library.files],
      outputs: outcome.outputs.map((output) => [...output]),
    };
  };
  const wanted = await results((bytes) => bytes);
  for (const [name, kind] of KINDS) expect(await results(kind), name).toEqual(wanted);
});

it.each(MODELS)('%s is never written to, and may be written to afterwards', (_, model) => {
  const given = Buffer.from(model);
  const interpreter = new Interpreter(importModel(given, 'model'));
  const input = Buffer.alloc(interpreter.inputBytes, 3);
  const before = interpreter.runBytes(input);
  expect(Buffer.compare(given, model)).toBe(0);
  expect(input.every((byte) => byte === 3)).toBe(true);
  given.fill(0);
  expect(new Interpreter(interpreter.graph).runBytes(input)).toEqual(before);
});

it('nothing but CompileError is thrown at what callers give', () => {
  const interpreter = new Interpreter(importModel(smallTflite(), 'model'));
  for (const call of [
    () => interpreter.runBytes(new Uint8Array(1)),
    () => importModel(new Uint8Array(), 'empty'),
    () => readThimble(new Uint8Array(3)),
  ])
    expect(call).toThrow(CompileError);
});
