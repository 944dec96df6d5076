import { expect, it } from 'vitest';
import { runRowFed } from '../../examples/row-fed/row-fed.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { makeVectors } from '../../src/workflow/vectors.ts';
import { imageNetwork } from '../support/image-network.ts';
import { realRenode } from '../support/real-renode.ts';

const board = loadBoard('stm32f103-bluepill');
const graph = imageNetwork(96);
const model = { name: 'camera', source: 'camera', bytes: new Uint8Array(), graph };
const pictures = makeVectors(graph, 3, 3).map(({ input }) => input);

async function judge(where: 'qemu' | 'renode'): Promise<void> {
  expect(pictures[0]!.length).toBeGreaterThan(board.ramBytes);
  const { outcome, ramBytes, program } = await runRowFed(model, board, where, pictures);
  expect(ramBytes).toBeLessThan(board.ramBytes);
  expect(program.library.fed).toBe(true);
  const reference = new Interpreter(graph);
  expect(outcome.outputs).toEqual(pictures.map((picture) => reference.runBytes(picture)));
}

it('lines from an interrupt, on a board whose RAM does not hold the picture, give the bytes of the reference', () =>
  judge('qemu'));

it.skipIf(!realRenode)('the same on the board itself, as Renode models it', () => judge('renode'));
