import type { TypedNode } from '../../ir/types.ts';
import { perTensor, weightZeroPoint } from '../../ir/types.ts';
import { memoise } from '../../support/memoise.ts';
import { clampRange, clampsInt8 } from '../activation/clamp.ts';
import { table } from '../constant-array.ts';
import { timesWork } from '../gemm/work.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import * as weighted from '../weighted.ts';
import { depthMultiplier } from './depthwise-channels.ts';
import type { FixedDepthwise } from './depthwise.ts';
import { rejectWindow, windowFields } from './fields.ts';
import { formOf, rejectShifts, stripChannels } from './strip-channels.ts';
import { blocksOf, stripWork } from './strip-cost.ts';
import type { StripLayer } from './strip-cost.ts';
import { FORMS, stripUnit, variantsOf, WALKS } from './strip-units.ts';
import type { StripVariant } from './strip-units.ts';
import { channelWords, encodeChannels, placesOf } from './strip-weights.ts';
import { isRolled, rowOrder, wordsOf } from './strip-window.ts';
import type { Walk } from './strip-window.ts';

type DepthwiseNode = TypedNode<FixedDepthwise>;

// Made when they are asked for: their code takes a while.
const STRIP_UNITS = {
  get all() {
    return WALKS.flatMap((walk) => FORMS.flatMap((form) => variantsOf(walk, form).map(stripUnit)));
  },
};

/** Depthwise windows four rows at a time, from records of columns (nn_strips.h). */
const strips: Kernel<FixedDepthwise> = {
  name: 'depthwise_strips_s8_dsp',
  units: [STRIP_UNITS],
  rows: true,
  reject(node, { target }) {
    if (depthMultiplier(node) !== 1) return 'takes no depth multiplier';
    const unfit = rejectWindow(node) ?? weighted.rejectCore(node, target) ?? rejectShape(node);
    return unfit ?? rejectShifts(node);
  },
  cost(node) {
    const layer = layerOf(node);
    const { records, batch } = blocksOf(layer);
    const [images = 1] = node.outputs[0]!.shape;
    return {
      work: timesWork(stripWork(layer), images),
      constantBytes: 4 * layer.channels * channelWords(placesOf(layer.walk)),
      scratchBytes: 4 * records * batch,
      calls: [stripUnit(layer)],
    };
  },
  code(node, _, layout) {
    const layer = layerOf(node);
    const { walk } = layer;
    const places = placesOf(walk);
    const fixed = layer.form.endsWith('fixed');
    const zero = weightZeroPoint(node.inputs[1]!);
    const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
    return [
      call(stripUnit(layer), {
        window: windowFields(node, layout),
        input_zero: perTensor(node.inputs[0]!).zeroPoint,
        zero: perTensor(node.outputs[0]!).zeroPoint,
        low,
        high,
        words: wordsOf(walk),
        most: isRolled(walk) ? 6 : 4,
        ...blocksOf(layer),
        channel_words: channelWords(places),
        order: rowOrder(walk),
        channels: table(
          'channels',
          encodeChannels(stripChannels(node), places, { zero, fixed }),
          'strips',
        ),
      }),
    ];
  },
};

/** The same where the output takes the place of the input, rows behind those that are still read. */
const stripsInPlace: Kernel<FixedDepthwise> = {
  ...strips,
  name: 'depthwise_strips_s8_dsp_in_place',
  inPlace: [0],
  reject(node, choice) {
    const [input, output] = [node.inputs[0]!.shape, node.outputs[0]!.shape];
    if (input.some((size, axis) => size !== output[axis])) return 'the output has another shape';
    if (output[3]! % 4 !== 0) return 'takes a multiple of 4 channels in place';
    const unfit = strips.reject(node, choice);
    if (unfit) return unfit;
    const layer = layerOf(node);
    return blocksOf(layer).tile < layer.width
      ? 'its rows are too wide to be read at once'
      : undefined;
  },
};

export const stripKernels = [stripsInPlace, strips];

function rejectShape({ attrs, inputs, outputs }: DepthwiseNode): string | undefined {
  const walk = walkOf(attrs);
  if (!walk || attrs.dilation.some((n) => n !== 1))
    return `has no walk for ${attrs.kernel.join('x')} windows, strides ${attrs.stride.join('x')}, dilations ${attrs.dilation.join('x')}`;
  if (inputs[0]!.shape[3]! < 4) return 'takes 4 channels or more';
  if (isRolled(walk) && outputs[0]!.shape[2]! < 3) return 'takes 3 columns or more';
  return undefined;
}

function walkOf({ kernel, stride }: FixedDepthwise): Walk | undefined {
  return WALKS.find(
    (walk) =>
      walk.height === kernel[0] &&
      walk.width === kernel[1] &&
      walk.stride[0] === stride[0] &&
      walk.stride[1] === stride[1],
  );
}

const layerOf = memoise((node: DepthwiseNode): StripLayer & StripVariant => {
  const { attrs, inputs, outputs } = node;
  const [, inputHeight = 1, inputWidth = 1] = inputs[0]!.shape;
  const [, height = 1, width = 1, channels = 1] = outputs[0]!.shape;
  return {
    walk: walkOf(attrs)!,
    form: formOf(node),
    clamps: clampsInt8(node.attrs.activation, node.outputs[0]!),
    zeroed: weighted.hasWeightZero(inputs[1]!),
    ...{ inputHeight, inputWidth, height, width, channels },
    padTop: attrs.padding[0],
    padLeft: attrs.padding[1],
  };
});
