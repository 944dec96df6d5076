import { weightBytes } from '../../src/compress/prune/goal.ts';
import type { Outlook } from '../../src/compress/prune/goal.ts';
import type { Price } from '../../src/compress/prune/prune-layer.ts';
import { blocks4x2, blocks8x1 } from '../../src/encode/blocks.ts';
import { codedQuads } from '../../src/encode/coded.ts';
import { us8 } from '../../src/encode/sparse.ts';
import { typedNodes } from '../../src/ir/graph.ts';
import { product } from '../../src/support/bytes.ts';

/** As the portable layout of each format says. */
export const price: Price = ({ inputs }) => {
  const weights = inputs[1];
  if (weights?.dtype !== 'int8' || !weights.data) return { bytes: 0, cycles: 0, format: 'none' };
  const [rows = 0, ...rest] = weights.shape;
  const data = new Int8Array(weights.data.slice().buffer);
  const matrix = { rows, columns: product(rest), data };
  const cycles = data.filter((weight) => weight !== 0).length;
  const ways = [us8, blocks4x2, blocks8x1, codedQuads[1]!].filter((f) => !f.reject(matrix));
  return ways
    .map((f) => ({ bytes: f.bytes(matrix), cycles, format: f.name }))
    .reduce((a, b) => (b.bytes < a.bytes ? b : a), { bytes: data.length, cycles, format: 'dense' });
};

/** What does not hang on weights counts, too. */
export const outlook: Outlook = (graph) => ({
  flash: 5000 + weightBytes(graph, price),
  cycles: 900 + typedNodes(graph).reduce((sum, node) => sum + price(node).cycles, 0),
});
