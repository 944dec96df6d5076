import { expect, it } from 'vitest';
import { runInBatches } from '../../src/emulate/batches.ts';
import type { EmulatorDriver, Job } from '../../src/emulate/driver.ts';
import { TOOLS } from '../../src/support/tools.ts';
import { loadBoard } from '../../src/target/load-board.ts';

const board = loadBoard('mps2-an386');
const capacity = board.emulators.qemu!.vectors.size;
const boots: number[] = [];

// Gives each vector's length back.
const echo: EmulatorDriver = {
  name: 'qemu',
  tool: TOOLS.qemu,
  reject: () => undefined,
  run({ vectors }) {
    boots.push(vectors.length);
    return Promise.resolve({
      banner: { model: 'm', crc: '0' },
      outputs: vectors.map(({ length }) => Uint8Array.of(length % 251)),
      layers: vectors.map(() => []),
      tensors: vectors.map(() => []),
      ...{ ticks: 5, vectors: vectors.length, stackBytes: vectors.length, instructions: 100 },
    });
  },
};
const job = (sizes: readonly number[]): Job => ({
  ...{ board, program: '', outputBytes: 1, timeoutMs: 1000, exactTime: true },
  vectors: sizes.map((size) => new Uint8Array(size)),
});

it('vectors that are larger together than their memory take several boots, as one outcome', async () => {
  const third = Math.floor(capacity / 3) - 8;
  const outcome = await runInBatches(echo, job([third, third, third, third, 7]));
  expect(boots).toEqual([3, 2]);
  expect(outcome.outputs.map(([byte]) => byte)).toEqual([...Array<number>(4).fill(third % 251), 7]);
  expect(outcome).toMatchObject({ vectors: 5, ticks: 10, instructions: 200, stackBytes: 3 });
});

it('a sequence that shares the state is never divided', async () => {
  const third = Math.floor(capacity / 3) - 8;
  boots.length = 0;
  const sizes = [third, third, third, third, third];
  const outcome = await runInBatches(echo, { ...job(sizes), steps: 2 });
  expect(boots).toEqual([2, 3]);
  expect(outcome.outputs).toHaveLength(5);
  await expect(runInBatches(echo, { ...job(sizes), steps: 4 })).rejects.toThrow(
    /a sequence of 4 vectors has/,
  );
});

it('no vectors are one boot; one that can never fit is refused', async () => {
  expect((await runInBatches(echo, job([]))).vectors).toBe(0);
  await expect(runInBatches(echo, job([capacity]))).rejects.toThrow(/bad-vectors/);
});
