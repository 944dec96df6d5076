import { expect } from 'vitest';
import type { ImportOptions } from '../../src/import/open-shapes.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { firstDifference } from '../../src/support/bytes.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { execute } from '../../src/workflow/execute.ts';
import { loadModel } from '../../src/workflow/load-model.ts';
import { makeVectors } from '../../src/workflow/vectors.ts';

/** Holds a model's C to the reference, in every byte of two vectors: on the host, and in QEMU for boards. */
export async function judgeModel(
  file: string,
  boards: readonly string[],
  options: ImportOptions = {},
): Promise<void> {
  const model = await loadModel(file, undefined, options);
  const vectors = makeVectors(model.graph, 7, 2).map(({ input }) => input);
  const reference = new Interpreter(model.graph);
  const expected = vectors.map((input) => reference.runBytes(input));
  const { outcome } = await execute({ model, where: 'host', vectors });
  const places = [{ place: 'host', outcome }];
  for (const place of boards) {
    const board = loadBoard(place);
    places.push({ place, ...(await execute({ model, board, where: 'qemu', vectors })) });
  }
  for (const { place, outcome } of places)
    outcome.outputs.forEach((output, i) =>
      expect(firstDifference(output, expected[i]!), place).toBe(-1),
    );
}
