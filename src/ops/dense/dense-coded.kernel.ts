import { codedPairs8 } from '../../encode/coded.ts';
import type { TypedNode } from '../../ir/types.ts';
import { memoise } from '../../support/memoise.ts';
import { TABLE_BYTES } from '../coded/coded.kernel.ts';
import { denseCodedUnits as units } from '../coded/units.ts';
import { table } from '../constant-array.ts';
import { biasWords, denseScales, groupsOf, toWords } from '../gemm/stream.ts';
import { call, workOfPart } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import * as weighted from '../weighted.ts';
import { denseGemmKernels, layerOf } from './dense-gemm.kernels.ts';
import type { FixedDense } from './dense.ts';
import { batchesOf, denseGemmFields } from './gemm-fields.ts';

type DenseNode = TypedNode<FixedDense>;

const [eight] = denseGemmKernels;
/** Outputs whose weights are in working memory at a time. */
const GROUP = 8;

/** Fully connected layers whose weights lie in flash as Huffman codes. */
export const denseCoded: Kernel<FixedDense> = {
  name: 'dense_s8_8_coded',
  units: [units],
  formats: [codedPairs8],
  reject(node, { target }) {
    const unfit = weighted.rejectTarget(node, target);
    if (unfit) return unfit;
    if (batchesOf(node) !== 1) return 'takes one vector';
    const { exact } = layerOf(node);
    return exact.length > 0
      ? `${exact.length} outputs have sums beyond 2^23`
      : codedPairs8.reject(layerOf(node).matrix);
  },
  cost(node, choice) {
    const layer = layerOf(node);
    const { biases, scales, bytes, distinct } = streamsOf(node);
    const { columns } = layer.matrix;
    const groups = biases.length / GROUP;
    return {
      work: {
        ...{ groups, symbols: groups * GROUP * columns, distinct },
        ...workOfPart(eight.name, eight.cost(node, choice)),
      },
      constantBytes: 4 * (biases.length + scales.length) + bytes,
      scratchBytes: groupAt(node) + groupBytes(node) + TABLE_BYTES,
      calls: [units(layer)],
    };
  },
  code(node, { format }) {
    const layer = layerOf(node);
    const { biases, ...scales } = streamsOf(node);
    const dense = denseGemmFields(node, layer, { weights: [], ...scales }, format!);
    const codes = format!.encode(layer.matrix) as Uint32Array;
    return [
      call(units(layer), {
        dense: { ...dense, weights: { scratchAt: groupAt(node) } },
        at: groupAt(node) / 4,
        code_words: codes.length,
        codes: table('codes', codes, format!.name),
        biases: table('biases', toWords(biases)),
      }),
    ];
  },
};

// What the kernel for eight outputs widens lies in front of their weights.
function groupAt(node: DenseNode): number {
  return 4 * Math.ceil(layerOf(node).matrix.columns / 2);
}

function groupBytes(node: DenseNode): number {
  return 4 * GROUP + GROUP * layerOf(node).matrix.columns;
}

const streamsOf = memoise((node: DenseNode) => {
  const { matrix, bias, multipliers } = layerOf(node);
  const groups = groupsOf(matrix.rows, GROUP);
  return {
    ...denseScales(multipliers, groups, node.attrs.rounding),
    biases: groups.flatMap((rows) => biasWords(bias, rows)),
    ...codedPairs8.measure(matrix),
  };
});
