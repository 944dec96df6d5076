import { describe, expect, it } from 'vitest';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { importModel } from '../../src/import/import-model.ts';
import { runPasses } from '../../src/passes/index.ts';
import { compileModel } from '../../src/pipeline.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { testModel } from '../../src/workflow/test-model.ts';
import { makeVectors } from '../../src/workflow/vectors.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import {
  assign,
  handle,
  read,
  streamingModel,
  T,
  unrolledModel,
} from '../support/streaming-model.ts';
import { writeTflite } from '../support/tflite-writer.ts';
import type { FileModel } from '../support/tflite-writer.ts';

const STEPS = 20;
const board = loadBoard('mps2-an386');
const bytes = writeTflite(streamingModel());
const model = {
  ...{ name: 'stream', source: 'stream.tflite', bytes },
  graph: runPasses(importModel(bytes, 'stream.tflite')),
};
const vectors = makeVectors(model.graph, 7, 2 * STEPS);

describe('a model that reads and assigns variables', () => {
  it('gives what the network gives that has them as inputs and outputs', () => {
    const unrolled = unrolledModel();
    const reference = new Interpreter(importModel(writeTflite(unrolled), 'unrolled'));
    const streaming = new Interpreter(model.graph);
    const outputs = new Set<string>();
    for (const part of [vectors.slice(0, STEPS), vectors.slice(STEPS)]) {
      streaming.reset();
      let state: Uint8Array = unrolled.initial;
      for (const { input } of part) {
        const result = reference.runBytes(new Uint8Array([...input, ...state]));
        expect(streaming.runBytes(input)).toEqual(result.slice(0, 5));
        outputs.add(String(result.slice(0, 5)));
        state = result.slice(5);
      }
    }
    expect(outputs.size).toBeGreaterThan(STEPS);
  });

  it.each(['host', 'qemu'] as const)('is byte-exact over 20 steps, twice, on %s', async (where) => {
    const request = { model, board, where, vectors, layers: true };
    const result = await testModel({ ...request, steps: STEPS });
    expect(result.verdicts).toHaveLength(2 * STEPS);
    expect(result.verdicts.filter(({ difference }) => difference)).toEqual([]);
    expect(result.passed).toBe(true);
    // Every vector by itself gives something else.
    const alone = await testModel(request);
    expect(alone.passed).toBe(true);
    const outputs = alone.execution!.outcome.outputs;
    expect(outputs).not.toEqual(result.execution!.outcome.outputs);
    expect(outputs[0]).toEqual(result.execution!.outcome.outputs[0]);
  });

  it('has its states apart, written in place, and a reset that only it has', () => {
    const { library, plan } = compileModel(model, targetOf(board));
    const states = plan.placements.filter(({ state }) => state);
    expect(states.map(({ bytes, first, last }) => [bytes, first, last])).toEqual([
      [12, -1, model.graph.nodes.length],
      [5, -1, model.graph.nodes.length],
    ]);
    expect(states.every(({ state, tensors }) => tensors.includes(state!.write))).toBe(true);
    const code = library.files.get('stream.c')!;
    expect(code).toMatch(
      /void stream_reset\(void\)\n\{\n {4}memset\(.*\n {4}memcpy\(.*stream_initial_1, 5\)/,
    );
    const invoke = code.slice(code.indexOf('void stream_invoke(void)'));
    expect(invoke).not.toMatch(/stream_reset\(\)|memcpy/);
    expect(library.files.get('stream.h')).toMatch(/#define STREAM_STATE_BYTES 17/);
  });
});

describe('variables that are no states', () => {
  const base = streamingModel();
  const without = (code: number, ...more: FileModel['operators'][0][]) => ({
    ...base,
    operators: [...base.operators.filter((each) => each.code !== code), ...more],
  });

  it('one that is never assigned is a constant', () => {
    const graph = importModel(writeTflite(without(144)), 'm');
    expect(graph.states).toEqual([]);
    expect([...graph.tensors.values()].some(({ id, data }) => id === T.ring && data)).toBe(true);
  });

  // The sum of before is an input instead.
  const assignedFirst = (value: number): FileModel => ({
    ...base,
    operators: base.operators.flatMap((each) => {
      if (each.outputs[0] === T.sum) return [];
      return each.inputs[1] === T.sumNext ? assign(T.sumHandle, value) : each;
    }),
    inputs: [T.frame, T.sum],
  });

  it('one that is assigned first does not outlive the inference', () => {
    const graph = importModel(writeTflite(assignedFirst(T.sumNext)), 'm');
    expect(graph.states.map(({ read }) => read)).toEqual([T.ring]);
    expect(graph.nodes.at(-1)!.inputs).toEqual([T.sumNext, T.convolved]);
  });

  it('what no CALL_ONCE sets begins at zero', () => {
    const graph = importModel(writeTflite(without(129)), 'm');
    expect(graph.states.map(({ initial }) => initial)).toEqual([undefined, undefined]);
  });

  const refusals: readonly (readonly [string, FileModel, RegExp])[] = [
    [
      'a handle that nothing makes',
      { ...base, operators: base.operators.slice(1) },
      /READ_VARIABLE: which variable it means is known only when it runs/,
    ],
    [
      'an initial value that is computed',
      {
        ...base,
        others: [{ ...base.others![0]!, operators: [{ code: 0, inputs: [1, 3], outputs: [3] }] }],
      },
      /CALL_ONCE: what it runs before the first inference computes \(ADD\)/,
    ],
    [
      'an initial value that is no constant',
      { ...base, others: [{ ...base.others![0]!, operators: [handle('ring', 0), assign(0, 2)] }] },
      /CALL_ONCE: it assigns what is no constant/,
    ],
    [
      'a graph that is not there',
      { ...base, others: [] },
      /it names a graph that the file does not/,
    ],
    [
      'an initial value of another size',
      {
        ...base,
        others: [{ ...base.others![0]!, operators: [handle('ring', 0), assign(0, 3)] }],
      },
      /the variable "t2" begins with 5 bytes, and is read as 12/,
    ],
    [
      'a variable that changes its type',
      without(144, assign(T.ringHandle, T.joined), assign(T.sumHandle, T.sumNext)),
      /the variable "t2" is read as i8\[1,3,1,4\].*, and assigned i8\[1,4,1,4\]/,
    ],
    [
      'a variable that is read as something else in the same inference',
      assignedFirst(T.convolved),
      /the variable "t13" is read as i8\[1,1,1,5\].*, and assigned i8\[1,1,1,5\]/,
    ],
    [
      'an assignment in a branch',
      without(144, { code: 118, inputs: [T.frame], outputs: [] }),
      /IF is not supported/,
    ],
  ];
  it.each(refusals)('%s is refused', (_, refused, message) => {
    let found = '';
    try {
      importModel(writeTflite(refused), 'm');
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      found = error.diagnostics.map((each) => each.message).join('\n');
    }
    expect(found).toMatch(message);
  });

  it('a variable that is read again before it is assigned is one tensor', () => {
    const twice = [...base.operators];
    twice.splice(9, 0, read(T.sumHandle, T.sumAgain));
    const graph = importModel(writeTflite({ ...base, operators: twice }), 'm');
    expect(graph.states).toHaveLength(2);
  });
});
