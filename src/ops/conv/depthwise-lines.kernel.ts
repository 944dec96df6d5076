import type { TypedNode } from '../../ir/types.ts';
import { weightZeroPoint } from '../../ir/types.ts';
import { memoise } from '../../support/memoise.ts';
import { clampsInt8 } from '../activation/clamp.ts';
import { table } from '../constant-array.ts';
import { timesWork } from '../gemm/work.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import * as weighted from '../weighted.ts';
import type { FixedDepthwise } from './depthwise.ts';
import { rejectWindow } from './fields.ts';
import { lineWork } from './line-cost.ts';
import { lineFields } from './line-fields.ts';
import { LINE_VARIANTS, lineUnit } from './line-units.ts';
import type { LineVariant } from './line-units.ts';
import { encodeLines, lineChannelWords } from './line-weights.ts';
import { lineLayer, lineScratchBytes, MOST_STRIDE, stepsOf } from './line-window.ts';
import { looseFormOf, rejectShifts, stripChannels } from './strip-channels.ts';

type DepthwiseNode = TypedNode<FixedDepthwise>;

// Made when they are asked for.
const LINE_UNITS = {
  get all() {
    return LINE_VARIANTS.map(lineUnit);
  },
};

/** Depthwise windows of any size, dilation and depth, four rows at a time (nn_lines.h). */
export const depthwiseLines: Kernel<FixedDepthwise> = {
  name: 'depthwise_lines_s8_dsp',
  units: [LINE_UNITS],
  rows: true,
  reject(node, { target }) {
    const unfit = rejectWindow(node) ?? weighted.rejectCore(node, target);
    if (unfit) return unfit;
    const [down] = layerOf(node).stride;
    if (down > MOST_STRIDE) return `takes strides of 1 and 2 from row to row, not ${down}`;
    return rejectShifts(node);
  },
  cost(node) {
    const layer = layerOf(node);
    const variant = variantOf(node);
    const [images = 1, , , outputs = 1] = node.outputs[0]!.shape;
    return {
      work: timesWork(lineWork(layer, variant), images),
      constantBytes: 4 * outputs * lineChannelWords(layer, variant.zeroed),
      scratchBytes: lineScratchBytes(layer),
      calls: [lineUnit(variant)],
    };
  },
  code(node, _, layout) {
    const layer = layerOf(node);
    const variant = variantOf(node);
    const zero = { point: weightZeroPoint(node.inputs[1]!), apart: variant.zeroed };
    const words = lineChannelWords(layer, variant.zeroed);
    return [
      call(lineUnit(variant), {
        ...lineFields(node, layer, layout),
        ...stepsOf(layer.kernel[0]),
        channel_words: words,
        channels: table('channels', encodeLines(stripChannels(node), layer, zero), 'lines'),
      }),
    ];
  },
};

const layerOf = memoise((node: DepthwiseNode) => lineLayer(node));

function variantOf(node: DepthwiseNode): LineVariant {
  return {
    form: looseFormOf(node),
    clamps: clampsInt8(node.attrs.activation, node.outputs[0]!),
    zeroed: weighted.hasWeightZero(node.inputs[1]!),
    stride: layerOf(node).stride[0] === 2 ? 2 : 1,
  };
}
