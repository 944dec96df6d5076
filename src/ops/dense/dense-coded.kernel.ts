import { codedPairs8, toWords } from '../../encode/coded.ts';
import type { CodedFormat } from '../../encode/coded.ts';
import { pairs8 } from '../../encode/pairs.ts';
import type { TypedNode } from '../../ir/types.ts';
import { memoise } from '../../support/memoise.ts';
import { decodingWork, tableBytes } from '../coded/coded.kernel.ts';
import { denseCodedUnits as units } from '../coded/units.ts';
import { table } from '../constant-array.ts';
import { biasWords, denseScales, groupsOf, toWords as wordsOf } from '../gemm/stream.ts';
import { call, workOfPart } from '../kernel.ts';
import type { Choice, Kernel } from '../kernel.ts';
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
  formats: codedPairs8,
  reject(node, { target }) {
    const unfit = weighted.rejectTarget(node, target);
    if (unfit) return unfit;
    if (batchesOf(node) !== 1) return 'takes one vector';
    const { exact } = layerOf(node);
    return exact.length > 0
      ? `${exact.length} outputs have sums beyond 2^23`
      : pairs8.reject(layerOf(node).matrix);
  },
  cost(node, choice) {
    const layer = layerOf(node);
    const { biases, scales, words, sizeIn } = streamsOf(node);
    const format = choice.format as CodedFormat;
    const size = sizeIn(format);
    return {
      work: {
        ...{ groups: biases.length / GROUP, ...decodingWork(format, words.length, size) },
        ...workOfPart(eight.name, eight.cost(node, choice)),
      },
      constantBytes: 4 * (biases.length + scales.length) + size.bytes,
      scratchBytes: groupAt(node) + groupBytes(node) + tableBytes(format),
      calls: [unitOf(layer, choice)],
    };
  },
  code(node, choice) {
    const layer = layerOf(node);
    const format = choice.format as CodedFormat;
    const { biases, words, sizeIn, ...scales } = streamsOf(node);
    const dense = denseGemmFields(node, layer, { weights: [], ...scales }, format);
    const codes = format.encodeWords(words);
    return [
      call(unitOf(layer, choice), {
        dense: { ...dense, weights: { scratchAt: groupAt(node) } },
        at: groupAt(node) / 4,
        code_words: codes.length,
        codes: table('codes', codes, format.name),
        biases: table('biases', wordsOf(biases)),
      }),
    ];
  },
};

function unitOf(layer: ReturnType<typeof layerOf>, { format }: Choice) {
  return units({ ...layer, gaps: (format as CodedFormat).gaps });
}

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
  const words = toWords(pairs8.encode(matrix));
  return {
    ...denseScales(multipliers, groups, node.attrs.rounding),
    biases: groups.flatMap((rows) => biasWords(bias, rows)),
    words,
    sizeIn: memoise((format: CodedFormat) => format.measureWords(words)),
  };
});
