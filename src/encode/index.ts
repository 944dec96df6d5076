import { blocks4x2, blocks8x1 } from './blocks.ts';
import { codedPairs2, codedPairs4, codedPairs8, codedQuads } from './coded.ts';
import { dense } from './dense.ts';
import type { WeightFormat } from './format.ts';
import { nibbles4, nibbles8 } from './nibbles.ts';
import { pairs2, pairs4, pairs8 } from './pairs.ts';
import { quads } from './quads.ts';
import { us8, us8Near } from './sparse.ts';
import { tapPairs } from './tap-pairs.ts';
import { ternary4 } from './ternary.ts';

/** Every storage format of weights. */
export const FORMATS: readonly WeightFormat[] = [
  ...[dense, pairs2, pairs4, pairs8, quads, tapPairs],
  ...[us8, us8Near, blocks4x2, blocks8x1],
  ...[nibbles4, nibbles8, ternary4],
  ...[codedPairs2, codedPairs4, codedPairs8, codedQuads].flat(),
];
