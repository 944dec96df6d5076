import { expect, it } from 'vitest';
import { writeThimble } from '../../src/formats/thimble/container.ts';
import { Random } from '../../src/support/random.ts';
import { judgeFile } from '../support/judge-file.ts';
import { mutateThimble } from '../support/thimble-mutations.ts';
import { thimbleSeed } from '../support/thimble-seeds.ts';

const SEED = Number(process.env.THIMBLE_SEED ?? 20261130);
const CASES = 1500;

console.log(`mutated .thimble models: seed ${SEED} (THIMBLE_SEED), ${CASES} cases`);

it('mutated .thimble models with a right checksum are refused by a code, or agree with themselves', async () => {
  const seen = new Map<string, number>();
  for (let n = 0; n < CASES; n++) {
    const random = new Random(SEED + n);
    const file = writeThimble(mutateThimble(thimbleSeed(random), random));
    const outcome = await judgeFile(file, SEED + n, random.chance(0.01)).catch((cause: unknown) => {
      throw new Error(`seed ${SEED + n}`, { cause });
    });
    seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
  }
  for (const outcome of ['equal', 'malformed-model'])
    expect(seen.get(outcome), outcome).toBeGreaterThan(CASES / 5);
});
