import { expect, it } from 'vitest';
import { Random } from '../../src/support/random.ts';
import { judgeFile } from '../support/judge-file.ts';
import { mutateOnnx } from '../support/onnx-mutations.ts';
import { ONNX_SEEDS } from '../support/onnx-seeds.ts';
import { encodeOnnx, onnxMessage, writeOnnx } from '../support/onnx-writer.ts';

const SEED = Number(process.env.THIMBLE_SEED ?? 20261130);
const CASES = 3000;

console.log(`mutated ONNX models: seed ${SEED} (THIMBLE_SEED), ${CASES} cases`);

it.each(ONNX_SEEDS.map((model, i) => ({ i, model })))(
  'seed model $i is right as it is',
  async ({ model }) => {
    expect(await judgeFile(writeOnnx(model), SEED, false)).toBe('equal');
  },
);

it('mutated ONNX models are refused by a code, or agree with themselves', async () => {
  const seen = new Map<string, number>();
  for (let n = 0; n < CASES; n++) {
    const random = new Random(SEED + n);
    const file = encodeOnnx(mutateOnnx(onnxMessage(random.pick(ONNX_SEEDS)), random));
    const outcome = await judgeFile(file, SEED + n, false).catch((cause: unknown) => {
      throw new Error(`seed ${SEED + n}`, { cause });
    });
    seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
  }
  for (const outcome of ['equal', 'malformed-model', 'unsupported-operator'])
    expect(seen.get(outcome), outcome).toBeGreaterThan(CASES / 50);
});
