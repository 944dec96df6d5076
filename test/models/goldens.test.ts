import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { valueBytes } from '../../src/ir/values.ts';
import { crc32, firstDifference } from '../../src/support/bytes.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { execute } from '../../src/workflow/execute.ts';
import type { Where } from '../../src/workflow/execute.ts';
import { loadModel } from '../../src/workflow/load-model.ts';
import {
  goldenFiles,
  goldenFolder,
  hasShared,
  INT8_MODELS,
  modelFile,
  readGolden,
} from '../support/shared.ts';

const outputs = (name: string) => goldenFiles(name, /^(out\d+|photo-.*\.out)\.bin$/);
const inputOf = (output: string) => output.replace(/^out/, 'in').replace('.out.', '.in.');

describe.skipIf(!hasShared)('int8 models give the bytes of TFLite’s reference kernels', () => {
  describe.each([...INT8_MODELS, 'vww_challenge_uint8'])('%s', (name) => {
    it('on the reference', async () => {
      const interpreter = new Interpreter((await loadModel(modelFile(name))).graph);
      const files = outputs(name);
      expect(files.length).toBeGreaterThanOrEqual(4);
      for (const file of files) {
        interpreter.reset();
        const output = interpreter.runBytes(readGolden(name, inputOf(file)));
        expect(firstDifference(output, readGolden(name, file)), file).toBe(-1);
      }
    });
  });

  it.each(INT8_MODELS)('%s in every intermediate tensor', async (name) => {
    const trace = JSON.parse(readFileSync(`${goldenFolder(name)}/trace.json`, 'utf8')) as {
      input: string;
      tensors: { tensor: number; crc32: string }[];
    };
    const found = new Map<number, string>();
    const { graph } = await loadModel(modelFile(name));
    new Interpreter(graph).runBytes(readGolden(name, trace.input), (id, value) =>
      found.set(id, crc32(valueBytes(value))),
    );
    // A state is traced as it is afterwards.
    for (const { read, write } of graph.states) found.set(read, found.get(write)!);
    expect(trace.tensors.length).toBeGreaterThan(3);
    for (const { tensor, crc32: expected } of trace.tensors)
      expect(found.get(tensor), `tensor ${tensor}`).toBe(expected);
  });

  const places: [Where, string | undefined][] = [
    ['host', undefined],
    ['qemu', 'mps2-an385'],
    ['qemu', 'mps2-an386'],
    ['qemu', 'mps2-an500'],
  ];
  describe.each(places)('on %s %s', (where, boardName) => {
    it.each(INT8_MODELS)('%s', (name) => matches(name, where, boardName));
  });

  it('vww_challenge_uint8 on the host and on an H753-sized board', async () => {
    await matches('vww_challenge_uint8', 'host', undefined);
    await matches('vww_challenge_uint8', 'qemu', 'nucleo-h753zi');
  });
});

async function matches(name: string, where: Where, boardName: string | undefined): Promise<void> {
  const files = outputs(name);
  const vectors = files.map((file) => readGolden(name, inputOf(file)));
  const board = boardName === undefined ? undefined : loadBoard(boardName);
  const { outcome } = await execute({
    model: await loadModel(modelFile(name)),
    ...(board && { board }),
    where,
    vectors,
  });
  expect(outcome.outputs).toHaveLength(files.length);
  outcome.outputs.forEach((output, i) => {
    expect(firstDifference(output, readGolden(name, files[i]!)), files[i]).toBe(-1);
  });
}
