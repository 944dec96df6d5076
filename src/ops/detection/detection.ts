import { z } from 'zod';
import { formatType, perTensor } from '../../ir/types.ts';
import type { TensorType, TypedNode } from '../../ir/types.ts';
import { real, size } from '../attributes.ts';
import { customOptions } from '../custom-options.ts';
import { defineOp, Unsupported } from '../op.ts';
import { detectionKernels } from './detection.kernels.ts';
import { evaluateDetection } from './detection.reference.ts';

export interface DetectionAttrs {
  /** Boxes that come out, at most; what is left over of the outputs is 0. */
  readonly detections: number;
  /** Of a box only its best class counts ('best'), or each class is looked at by itself ('each'). */
  readonly classes: 'best' | 'each';
  /** Boxes of a class that stay, at most, where classes are looked at by themselves. */
  readonly perClass: number;
  /** Classes besides a background, which scores may have in front. */
  readonly count: number;
  /** Boxes whose score is below it do not count. */
  readonly score: number;
  /** Boxes that overlap a better one by more (intersection over union) go. */
  readonly overlap: number;
  /** What encoded boxes are divided by: y, x, height, width. */
  readonly scales: readonly [number, number, number, number];
}

export type DetectionNode = TypedNode<DetectionAttrs>;

const positive = size.min(1);
const divisor = real.refine((scale) => scale !== 0);

/**
 * boxes [1, n, 4 or more] of centre y, x, height, width, scores [1, n, classes], anchors [n, 4] -> boxes
 * [1, m, 4] of top, left, bottom, right, classes [1, m], scores [1, m], their number [1].
 * Source: tensorflow/lite/micro/kernels/detection_postprocess.cc.
 */
export const detection = defineOp<DetectionAttrs>({
  name: 'detection',
  summary: 'The best boxes of an object detector that do not overlap, decoded by their anchors',
  attributes: z.strictObject({
    detections: positive,
    classes: z.enum(['best', 'each']),
    perClass: positive,
    count: positive,
    score: real,
    overlap: real,
    scales: z.tuple([divisor, divisor, divisor, divisor]),
  }),
  operands: 3,
  inferShapes({ detections, count }, [boxes, scores, anchors]) {
    const [batch, number = 0, values = 0] = boxes?.shape ?? [];
    const [, , columns = 0] = scores?.shape ?? [];
    const fits =
      batch === 1 &&
      boxes!.shape.length === 3 &&
      values >= 4 &&
      String(scores!.shape) === String([1, number, columns]) &&
      String(anchors!.shape) === String([number, 4]);
    if (!fits)
      throw new Unsupported(
        `its boxes are [${boxes?.shape.join(',')}], its scores [${scores?.shape.join(',')}], its anchors [${anchors?.shape.join(',')}]`,
      );
    if (columns !== count && columns !== count + 1)
      throw new Unsupported(`it has scores of ${columns} classes for ${count}`);
    return [[1, detections, 4], [1, detections], [1, detections], [1]];
  },
  reject({ attrs, inputs, outputs }) {
    const [boxes, scores, anchors] = inputs;
    if (!anchors!.data) return 'its anchors are not constant';
    const { dtype } = boxes!;
    const known = ['float32', 'int8', 'uint8'].includes(dtype) && scores!.dtype === dtype;
    if (!known || !['float32', 'int8', 'uint8'].includes(anchors!.dtype) || !areFloats(outputs))
      return `it mixes ${[...inputs, ...outputs].map((tensor) => formatType(tensor!)).join(', ')}`;
    const odd = [boxes!, scores!, anchors!].find(
      ({ dtype: type, quant }) =>
        type !== 'float32' && !(quant?.scales.length === 1 && quant.scales[0]! > 0),
    );
    if (odd) return `its tensor "${odd.name}" has not one scale above 0`;
    if (!(attrs.overlap > 0 && attrs.overlap <= 1)) return `its overlap is ${attrs.overlap}`;
    return undefined;
  },
  evaluate: evaluateDetection,
  kernels: detectionKernels,
  quantize: 'keep-float',
  tflite: {
    'CUSTOM:TFLite_Detection_PostProcess'(operator) {
      const options = customOptions(operator);
      const detections = options.number('max_detections');
      const regular = options.flag('use_regular_nms');
      const count = options.number('num_classes');
      if (!regular && Math.min(options.number('max_classes_per_detection'), count) !== 1)
        throw new Unsupported(
          'it gives several classes for a box',
          'export the model with max_classes_per_detection=1 or use_regular_nms',
        );
      const [y, x, h, w] = ['y_scale', 'x_scale', 'h_scale', 'w_scale'].map((name) =>
        Math.fround(options.number(name)),
      );
      return {
        attrs: {
          detections,
          classes: regular ? 'each' : 'best',
          perClass: regular ? options.number('detections_per_class', 100) : detections,
          count,
          score: Math.fround(options.number('nms_score_threshold')),
          overlap: Math.fround(options.number('nms_iou_threshold')),
          scales: [y!, x!, h!, w!],
        },
      };
    },
  },
});

function areFloats(outputs: readonly TensorType[]): boolean {
  return outputs.every(({ dtype }) => dtype === 'float32');
}

/** The number that a stored value of a tensor stands for, in single precision. */
export function realOf(type: TensorType): (stored: number) => number {
  if (type.dtype === 'float32') return (x) => x;
  const { scale, zeroPoint } = perTensor(type);
  return (x) => Math.fround((x - zeroPoint) * Math.fround(scale));
}
