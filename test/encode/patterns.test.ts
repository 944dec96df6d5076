import { expect, it } from 'vitest';
import { weightFacts } from '../../src/encode/patterns.ts';
import { Random } from '../../src/support/random.ts';
import { SEED } from '../support/seeds.ts';

const [ROWS, COLUMNS] = [32, 64];

console.log(`patterns: seed ${SEED} (THIMBLE_SEED)`);

// Weights that are zero by blocks, and now and then by chance.
function blocks(height: number, width: number, share: number): Int8Array {
  const random = new Random(SEED + 10 * height + width);
  const across = Math.ceil(COLUMNS / width);
  const zero = Array.from({ length: Math.ceil(ROWS / height) * across }, () =>
    random.chance(share),
  );
  return Int8Array.from({ length: ROWS * COLUMNS }, (_, i) => {
    const [row, column] = [Math.floor(i / COLUMNS), i % COLUMNS];
    const isZero = zero[Math.floor(row / height) * across + Math.floor(column / width)];
    return isZero || random.chance(0.005) ? 0 : random.int(1, 127);
  });
}

const factsOf = (data: Int8Array, zero = 0) => weightFacts({ columns: COLUMNS, data, zero });

it.each([
  [8, 1],
  [4, 2],
  [2, 2],
  [4, 1],
  [1, 4],
] as const)('blocks of %s rows by %s columns are found', (height, width) => {
  const facts = factsOf(blocks(height, width, 0.7));
  expect(facts.pattern).toBe(`${height}x${width}`);
  expect(facts.sparsity).toBeCloseTo(0.7, 0);
});

it('two of four neighbours are found, single zeros have no pattern', () => {
  const random = new Random(SEED);
  const data = new Int8Array(ROWS * COLUMNS);
  for (let i = 0; i < data.length; i += 4) {
    const kept = random.int(0, 3);
    data[i + kept] = 5;
    data[i + ((kept + random.int(1, 3)) & 3)] = -7;
  }
  expect(factsOf(data)).toMatchObject({ sparsity: 0.5, distinct: 3, pattern: '2:4' });
  expect(factsOf(blocks(1, 1, 0.6)).pattern).toBeNull();
  expect(factsOf(blocks(4, 2, 0.1)).pattern).toBeNull();
});

it('entropy is in bits; zero is what stands for it', () => {
  const four = Int8Array.from({ length: ROWS * COLUMNS }, (_, i) => (i & 3) - 1);
  expect(factsOf(four)).toMatchObject({ entropy: 2, distinct: 4, sparsity: 0.25 });
  expect(factsOf(four, 77).sparsity).toBe(0);
});
