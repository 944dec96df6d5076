import path from 'node:path';
import { rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { buildFirmware } from '../../src/build/firmware.ts';
import { emitFirmware } from '../../src/codegen/firmware.ts';
import { runInBatches } from '../../src/emulate/batches.ts';
import { qemu } from '../../src/emulate/qemu.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import type { Graph } from '../../src/ir/types.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { firmwareOptions, sourcesOf } from '../../src/workflow/build-model.ts';
import { makeVectors } from '../../src/workflow/vectors.ts';
import { compileGraph } from '../support/compile-graph.ts';
import { smallFloatNetwork, smallNetwork } from '../support/small-model.ts';

const board = loadBoard('mps2-an386');
const compiled = (graph: Graph, name: string) => compileGraph(graph, targetOf(board), name);

// The firmware of one model, which also runs the other, built by itself, before each inference.
async function outputsBeside(tested: Graph, other: Graph, input: Uint8Array): Promise<Uint8Array> {
  const program = compiled(tested, 'one_model');
  const beside = compiled(other, 'two_model').library;
  const firmware = emitFirmware(board, program.library, firmwareOptions(program, board, 'none'));
  const sources = sourcesOf(program, firmware);
  const main = sources.files.get('main.c')!;
  const both = `#include "second/two_model.h"\n${main.replace('tested->invoke();', 'two_model_invoke();\n    tested->invoke();')}`;
  expect(both).toContain('two_model_invoke();\n    tested->invoke();');
  const built = await buildFirmware(board, {
    ...sources,
    files: new Map([
      ...sources.files,
      ['main.c', both],
      ...[...beside.files].map(([file, text]): [string, string] => [`second/${file}`, text]),
    ]),
    library: [...sources.library, ...beside.sources.map((file) => `second/${file}`)],
    usesFloat: true,
  });
  try {
    const outcome = await runInBatches(qemu, {
      ...{ board, program: built.elf, vectors: [input], timeoutMs: 120_000, exactTime: false },
      outputBytes: program.library.outputBytes,
    });
    return outcome.outputs[0]!;
  } finally {
    await rm(path.dirname(built.elf), { recursive: true });
  }
}

it.each([
  ['two int8 models of the same kernels', smallNetwork(1), smallNetwork(2)],
  ['a float model beside an int8 one', smallFloatNetwork(1), smallNetwork(1)],
])('%s, built separately, link into one image and both run', async (_, a, b) => {
  for (const [tested, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const { input } = makeVectors(tested, 1, 1)[0]!;
    const expected = new Interpreter(tested).runBytes(input);
    expect(await outputsBeside(tested, other, input)).toEqual(expected);
  }
});
