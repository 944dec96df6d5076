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
import { columnWork } from './line-cost.ts';
import { lineFields } from './line-fields.ts';
import { COLUMN_WALKS, columnUnit } from './line-units.ts';
import { columnLayer, lineLayer, lineScratchBytes } from './line-window.ts';
import { formOf, rejectShifts, stripChannels } from './strip-channels.ts';
import { FORMS, variantsOf } from './strip-units.ts';
import type { StripVariant } from './strip-units.ts';
import { channelWords, encodeChannels, placesOf } from './strip-weights.ts';
import type { Walk } from './strip-window.ts';

type DepthwiseNode = TypedNode<FixedDepthwise>;

// Made when they are asked for: their code takes a while.
const COLUMN_UNITS = {
  get all() {
    return COLUMN_WALKS.flatMap((walk) =>
      FORMS.flatMap((form) => variantsOf(walk, form).map(columnUnit)),
    );
  },
};

/** Depthwise windows along one dimension, with the walks of the strips: of signals, in blocks of four outputs. */
export const depthwiseColumn: Kernel<FixedDepthwise> = {
  name: 'depthwise_column_s8_dsp',
  units: [COLUMN_UNITS],
  rows: true,
  reject(node, { target }) {
    const unfit = rejectWindow(node) ?? weighted.rejectCore(node, target) ?? rejectShape(node);
    return unfit ?? rejectShifts(node);
  },
  cost(node) {
    const layer = layerOf(node);
    const variant = variantOf(node);
    const [images = 1] = node.outputs[0]!.shape;
    return {
      work: timesWork(columnWork(layer, variant), images),
      constantBytes: 4 * layer.channels * channelWords(placesOf(variant.walk)),
      scratchBytes: lineScratchBytes(layer),
      calls: [columnUnit(variant)],
    };
  },
  code(node, _, layout) {
    const layer = layerOf(node);
    const variant = variantOf(node);
    const places = placesOf(variant.walk);
    const how = { zero: weightZeroPoint(node.inputs[1]!), fixed: variant.form.endsWith('fixed') };
    return [
      call(columnUnit(variant), {
        ...lineFields(node, layer, layout),
        ...{ full: layer.more, single: 0 },
        channel_words: channelWords(places),
        channels: table('channels', encodeChannels(stripChannels(node), places, how), 'strips'),
      }),
    ];
  },
};

function rejectShape(node: DepthwiseNode): string | undefined {
  const { input, output, channels, depth, padding, kernel } = lineLayer(node);
  if (depth !== 1) return 'takes no depth multiplier';
  if (channels < 4) return 'takes 4 channels or more';
  if (input[1] !== 1 || output[1] !== 1 || padding[1] !== 0 || kernel[1] !== 1)
    return 'takes tensors of one column or one row';
  if (!walkOf(node))
    return `has no walk for ${node.attrs.kernel.join('x')} windows, strides ${node.attrs.stride.join('x')}`;
  return undefined;
}

function walkOf(node: DepthwiseNode): Walk | undefined {
  const { kernel, stride } = lineLayer(node);
  return COLUMN_WALKS.find((walk) => walk.height === kernel[0] && walk.stride[0] === stride[0]);
}

const layerOf = memoise((node: DepthwiseNode) => columnLayer(lineLayer(node), walkOf(node)!));

const variantOf = memoise((node: DepthwiseNode): StripVariant => {
  return {
    walk: walkOf(node)!,
    form: formOf(node),
    clamps: clampsInt8(node.attrs.activation, node.outputs[0]!),
    zeroed: weighted.hasWeightZero(node.inputs[1]!),
  };
});
