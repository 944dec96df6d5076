import { expect, describe, it } from 'vitest';
import { firstDifference } from '../../src/support/bytes.ts';
import { limitBoard } from '../../src/target/limits.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { execute } from '../../src/workflow/execute.ts';
import { loadModel } from '../../src/workflow/load-model.ts';
import { goldenFiles, hasShared, modelFile, readGolden } from '../support/shared.ts';

const outputs = (name: string) => goldenFiles(name, /^(out\d+|photo-.*\.out)\.bin$/).slice(0, 2);
const inputOf = (output: string) => output.replace(/^out/, 'in').replace('.out.', '.in.');

/** Bytes of RAM, whole input or row by row: a part of what the models take layer by layer. */
const MODELS = [
  ['vww_96_int8', 34_000, 'whole'],
  ['vww_96_int8', 22_000, 'rows'],
  ['person_detect', 24_000, 'whole'],
  ['person_detect', 22_000, 'rows'],
  ['pretrainedResnet_quant', 26_000, 'whole'],
  ['pretrainedResnet_quant', 24_000, 'rows'],
  ['kws_ref_model', 15_000, 'whole'],
  ['kws_ref_model', 15_000, 'rows'],
] as const;

describe.skipIf(!hasShared)('models that go row by row give the goldens’ bytes', () => {
  describe.each(MODELS)('%s in %d bytes of RAM, its input %s', (name, ram, input) => {
    it.each(['host', 'qemu'] as const)('on %s', async (where) => {
      const board = limitBoard(loadBoard('mps2-an386'), { ram });
      const files = outputs(name);
      const vectors = files.map((file) => readGolden(name, inputOf(file)));
      const model = await loadModel(modelFile(name));
      const options = { fed: input === 'rows' };
      const { program, outcome } = await execute({ model, board, where, vectors, options });
      expect(program.plan.segments.some(({ kind }) => kind === 'rows')).toBe(true);
      outcome.outputs.forEach((output, i) =>
        expect(firstDifference(output, readGolden(name, files[i]!)), files[i]).toBe(-1),
      );
    });
  });
});
