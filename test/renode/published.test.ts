import { describe, expect, it } from 'vitest';
import { compileModel } from '../../src/pipeline.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { loadModel } from '../../src/workflow/load-model.ts';
import { testModel } from '../../src/workflow/test-model.ts';
import { readVectors } from '../../src/workflow/vectors.ts';
import { modelledBoards, realRenode } from '../support/real-renode.ts';
import { goldenFolder, hasShared, INT8_MODELS, modelFile } from '../support/shared.ts';

describe.skipIf(!realRenode || !hasShared)('published models on the real Renode', () => {
  // THIMBLE_MATRIX=full runs each model on each board; otherwise the boards take turns.
  const full = process.env.THIMBLE_MATRIX === 'full';
  const boards = modelledBoards.filter((name) => name !== 'stm32f103-bluepill');
  const runs = boards.flatMap((board, b) =>
    INT8_MODELS.filter((_, m) => full || (b + m) % 3 === 0).map((model) => ({ board, model })),
  );

  it.each(runs)('$model on $board', async ({ board, model }) => {
    const loaded = await loadModel(modelFile(model));
    const { library } = compileModel(loaded, targetOf(loadBoard(board)));
    const given = await readVectors(goldenFolder(model), library.inputBytes, library.outputBytes);
    const result = await testModel({
      model: loaded,
      board: loadBoard(board),
      where: 'renode',
      vectors: given.slice(0, 4),
      timeoutMs: 120_000,
    });
    expect(result.verdicts.filter(({ difference }) => difference)).toEqual([]);
    expect(result.verdicts.some(({ against }) => against === 'file')).toBe(true);
  });

  it('micro_speech fits the Blue Pill, and runs there', async () => {
    const loaded = await loadModel(modelFile('micro_speech_quantized'));
    const given = await readVectors(goldenFolder('micro_speech_quantized'), 1960, 4);
    const result = await testModel({
      model: loaded,
      board: loadBoard('stm32f103-bluepill'),
      where: 'renode',
      vectors: given,
      timeoutMs: 60_000,
    });
    expect([result.passed, result.verdicts.length]).toEqual([true, 8]);
  });
});
