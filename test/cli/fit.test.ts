import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { runPasses } from '../../src/passes/index.ts';
import { planModel } from '../../src/pipeline.ts';
import { fitsBoard } from '../../src/report/footprint.ts';
import { boardNames, loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { fitModel } from '../../src/workflow/fit-models.ts';
import { cliFolder, json } from '../support/cli-folder.ts';
import { imageNetwork } from '../support/image-network.ts';
import { thimbleFile } from '../support/small-model.ts';

const { folder, thimble } = cliFolder();

it('says of every board what compiling for it would say', () => {
  const graph = runPasses(imageNetwork(64));
  const boards = boardNames().map((name) => loadBoard(name));
  const fits = fitModel(graph, boards, {});
  const planned = boards.map((board) => {
    const { estimate } = planModel(graph, targetOf(board)).selection;
    const { flash, ram, cycles } = estimate;
    const figures = { flash: flash.total, ram: ram.total, cycles: Math.round(cycles) };
    return { board: board.name, fits: fitsBoard(estimate, board), ...figures };
  });
  expect(fits).toMatchObject(planned);
  // Both ways of answering were taken.
  expect(new Set(planned.map(({ ram }) => ram)).size).toBeGreaterThan(1);
});

it('names the smallest board, and fails where there is none: 1', async () => {
  writeFileSync(path.join(folder, 'large.thimble'), thimbleFile(imageNetwork(256)));
  const boards = ['-b', 'stm32f103-bluepill,nucleo-h753zi'];
  const both = await thimble(['fit', 'small.thimble', 'large.thimble', ...boards, '--json']);
  expect(both.code, both.err).toBe(0);
  expect(json(both.out)).toMatchObject({
    models: [
      { model: 'small', smallest: 'stm32f103-bluepill', boards: [{ fits: true }, { fits: true }] },
      { model: 'large', smallest: 'nucleo-h753zi', boards: [{ fits: false }, { fits: true }] },
    ],
  });
  const { code, out, err } = await thimble(['fit', 'large.thimble', '-b', 'stm32f103-bluepill']);
  expect([code, err]).toEqual([1, expect.stringContaining('fits-no-board')]);
  expect(out).toMatch(/large +stm32f103-bluepill +no .*\n\nlarge: none/);
});
