import { codedPairs2, codedPairs4 } from '../../encode/coded.ts';
import { pairs2, pairs4 } from '../../encode/pairs.ts';
import type { WeightMatrix } from '../../encode/format.ts';
import type { TypedNode } from '../../ir/types.ts';
import { weightZeroPoint } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import { codedKernel } from '../coded/coded.kernel.ts';
import type { Spans } from '../coded/parts.ts';
import { gemmLayer } from '../gemm/channels.ts';
import { convForm } from '../gemm/fixed-form.ts';
import { gemmWork } from '../gemm/work.ts';
import type { Block } from '../gemm/work.ts';
import { gemmStream, scaleWordCount } from '../gemm/stream.ts';
import { arrangeTaps } from '../gemm/taps.ts';
import { LARGEST_PAIRS } from '../gemm/helpers.ts';
import { gemm2x4, gemm4x2, variantOf } from '../gemm/units.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { memoiseLayer } from '../rows.ts';
import * as weighted from '../weighted.ts';
import type { FixedConv2d } from './conv2d.ts';
import { multipliersOf, rejectWindow } from './fields.ts';
import { convGemmFields } from './gemm-fields.ts';
import { gatherBytes, tapRows, windowsOf } from './gather.ts';

type ConvNode = TypedNode<FixedConv2d>;

/** Convolutions as products of gathered pixels with weights in pairs: four pixels by two channels, or two by four. */
export const conv2dGemmKernels = [
  ...gemmKernels('conv2d_s8_4x2', { pixels: 4, channels: 2, round: 0 }),
  ...gemmKernels('conv2d_s8_2x4', { pixels: 2, channels: 4, round: 16 }),
];

type ConvBlock = Block & { readonly channels: 2 | 4 };

// A kernel on weights as they are, and one on coded weights.
function gemmKernels(name: string, block: ConvBlock): Kernel<FixedConv2d>[] {
  const kernel = gemmKernel(name, block);
  const formats = block.channels === 2 ? codedPairs2 : codedPairs4;
  return [kernel, codedKernel(kernel, formats, (node) => spansOf(node, block))];
}

function gemmKernel(name: string, block: ConvBlock): Kernel<FixedConv2d> {
  const units = block.pixels === 4 ? gemm4x2 : gemm2x4;
  return {
    name,
    units: [units],
    rows: true,
    formats: [block.pixels === 4 ? pairs2 : pairs4],
    reject(node, { target }) {
      if (node.inputs[0]!.shape[3] !== node.inputs[1]!.shape[3]) return 'does no groups';
      const unfit = rejectWindow(node) ?? weighted.rejectCore(node, target);
      if (unfit) return unfit;
      const pairs = pairsOf(node);
      if (block.pixels === 4 && pairs > LARGEST_PAIRS)
        return `takes ${2 * LARGEST_PAIRS} taps of a window, not ${2 * pairs}`;
      const { exact, matrix } = layerOf(node);
      return 2 * exact.length > matrix.rows
        ? `${exact.length} of ${matrix.rows} channels have sums beyond 2^23`
        : undefined;
    },
    cost(node) {
      const layer = layerOf(node);
      const pairs = pairsOf(node);
      const groups = Math.ceil(layer.matrix.rows / block.channels);
      const groupBytes =
        4 * scaleWordCount(layer.form, block.channels) + 2 * pairs * block.channels;
      return {
        work: gemmWork(layer, pairs, block, windowsOf(node)),
        constantBytes: groups * groupBytes + layer.exact.length * (16 + 4 * pairs),
        scratchBytes: scratchBytes(node, block),
        calls: [units(variantOf(layer))],
      };
    },
    code(node, { format }, layout) {
      const layer = layerOf(node);
      const words = gemmStream(layer, block.channels, layer.form);
      const fields = convGemmFields(node, layout, {
        ...layer,
        ...{ words, pairs: pairsOf(node), format: format! },
      });
      return [call(units(variantOf(layer)), fields)];
    },
  };
}

/** The layer of a node: its taps as they are widened. */
export const layerOf = memoiseLayer((node: ConvNode) => {
  const [rows = 0, ...rest] = node.inputs[1]!.shape;
  const matrix: WeightMatrix = { rows, columns: product(rest), data: weighted.int8Weights(node) };
  const zero = weightZeroPoint(node.inputs[1]!);
  const arranged = arrangeTaps(matrix, tapRows(node), zero);
  const layer = gemmLayer(node, arranged, multipliersOf(node, rows));
  return { ...layer, form: convForm(layer, node.attrs.rounding) };
});

// Where gemmStream has the weights.
function spansOf(node: ConvNode, { channels }: ConvBlock): Spans {
  const { matrix, form } = layerOf(node);
  const others = scaleWordCount(form, channels);
  const before = channels === 2 ? others : channels;
  return {
    groups: Math.ceil(matrix.rows / channels),
    before,
    coded: (pairsOf(node) * channels) / 2,
    after: others - before,
  };
}

function pairsOf(node: ConvNode): number {
  const { rows, padded } = tapRows(node);
  return (rows * padded) / 2;
}

function scratchBytes(node: ConvNode, { pixels }: Block): number {
  return (pixels === 2 ? 8 * pairsOf(node) : 0) + gatherBytes(node, pixels);
}
