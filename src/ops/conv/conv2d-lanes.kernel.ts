import { us8, us8Near } from '../../encode/sparse.ts';
import type { SparseFormat } from '../../encode/sparse.ts';
import type { TypedNode } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import { arrangeTaps } from '../gemm/taps.ts';
import { gatherWork, ofBatches } from '../gemm/work.ts';
import { call } from '../kernel.ts';
import type { Choice, Kernel } from '../kernel.ts';
import { rejectLanes, rejectSums, sparseLayer } from '../sparse/channels.ts';
import { laneStream, ROUND } from '../sparse/lanes.ts';
import { convLanes, LANE_ENTRY_BYTES } from '../sparse/units.ts';
import { memoiseLayer } from '../rows.ts';
import * as weighted from '../weighted.ts';
import type { FixedConv2d } from './conv2d.ts';
import { multipliersOf, rejectWindow } from './fields.ts';
import { convGemmFields } from './gemm-fields.ts';
import { gatherBytes, tapRows, windowsOf } from './gather.ts';

type ConvNode = TypedNode<FixedConv2d>;

const PIXELS = 8;

/** Convolutions on single nonzero weights, each of them for eight pixels at once. */
export const conv2dLanes: Kernel<FixedConv2d> = {
  name: 'conv2d_s8_sparse',
  units: [convLanes],
  rows: true,
  formats: [us8Near, us8],
  reject(node, { target, format }) {
    if (node.inputs[0]!.shape[3] !== node.inputs[1]!.shape[3]) return 'does no groups';
    const unfit = rejectWindow(node) ?? weighted.rejectTarget(node, target);
    if (unfit) return unfit;
    const layer = layerOf(node);
    return format!.reject(layer.matrix) ?? rejectLanes(layer) ?? rejectSums(layer, node);
  },
  cost(node, choice) {
    const layer = layerOf(node);
    return {
      work: workOf(node, choice),
      constantBytes: streamOf(node, choice).byteLength,
      scratchBytes: 16 * layer.matrix.columns + gatherBytes(node, PIXELS),
      calls: [unitOf(node, choice)],
    };
  },
  code(node, choice, layout) {
    const words = streamOf(node, choice);
    const pairs = layerOf(node).matrix.columns / 2;
    const fields = convGemmFields(node, layout, { words, pairs, format: choice.format! });
    return [call(unitOf(node, choice), fields)];
  },
};

// Groups of pixels as they are gathered, their channels, the entries of these.
function workOf(node: ConvNode, { format }: Choice): Record<string, number> {
  const { form, clamps, matrix } = layerOf(node);
  const windows = windowsOf(node);
  // The last word of a window's row takes as long as the others, however much of it is the window's.
  const { rests, lastBytes, ...gather } = gatherWork(windows, PIXELS, false);
  const entries = Array.from(
    { length: matrix.rows },
    (_, row) => (format as SparseFormat).entries(matrix, row).length,
  );
  const blocks = gather.groups * matrix.rows;
  const sum = (of: (count: number) => number) => entries.reduce((all, n) => all + of(n), 0);
  const work = {
    ...gather,
    words: gather.words + rests + lastBytes,
    blocks,
    entries: gather.groups * sum((count) => Math.max(count, 1)),
    rounds: gather.groups * sum((count) => Math.max(0, Math.ceil((count - 1) / ROUND) - 1)),
    signedBlocks: form === 'double_right' ? blocks : 0,
    anyBlocks: form.endsWith('any') ? blocks : 0,
    clampedBlocks: clamps ? blocks : 0,
  };
  return ofBatches(work, windows.batches);
}

function unitOf(node: ConvNode, { format }: Choice) {
  const { form, clamps } = layerOf(node);
  return convLanes({ near: format === us8Near, form, clamps });
}

function streamOf(node: ConvNode, { format }: Choice): Uint32Array {
  return laneStream(layerOf(node), format as SparseFormat, {
    entryBytes: format === us8Near ? LANE_ENTRY_BYTES.near : LANE_ENTRY_BYTES.far,
    rounding: node.attrs.rounding,
  });
}

// Taps in their order, each row of a window filled up to whole words.
const layerOf = memoiseLayer((node: ConvNode) => {
  const [rows = 0, ...taps] = node.inputs[1]!.shape;
  const matrix = { rows, columns: product(taps), data: weighted.int8Weights(node) };
  const arranged = arrangeTaps(matrix, tapRows(node, 4), 0, (index) => index);
  return sparseLayer(node, arranged, multipliersOf(node, rows));
});
