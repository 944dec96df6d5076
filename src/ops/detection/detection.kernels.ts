import type { TypedNode } from '../../ir/types.ts';
import { byteLength, perTensor } from '../../ir/types.ts';
import { table } from '../constant-array.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { anchorsOf } from './detection.reference.ts';
import type { DetectionAttrs } from './detection.ts';

const TYPES = {
  float32: { suffix: '_f32', element: 'nn_float' },
  int8: { suffix: '_s8', element: 'int8_t' },
  uint8: { suffix: '_u8', element: 'uint8_t' },
} as const;

const STRUCT = struct(
  'nn_detection_layer',
  'Boxes of an object detector; `stride` numbers for each encoded one; a stored value stands for scale * (value - zero).',
  {
    boxes: 'int32_t',
    stride: 'int32_t',
    columns: 'int32_t',
    classes: 'int32_t',
    detections: 'int32_t',
    per_class: 'int32_t',
    score: 'float',
    overlap: 'float',
    scales: ['float', 4],
    zero: ['int32_t', 2],
    scale: ['float', 2],
    anchors: 'const float *',
  },
);

const kernels = (Object.keys(TYPES) as (keyof typeof TYPES)[]).map((dtype) => {
  const { suffix, element } = TYPES[dtype];
  return [dtype, unitsOf(suffix, element)] as const;
});
const families = new Map<string, ReturnType<typeof unitsOf>>(kernels);

function unitsOf(suffix: string, element: string) {
  return unitFamily({
    name: `nn_detection${suffix}`,
    template: 'detection/detection',
    headers: ['nn_math.h'],
    struct: STRUCT,
    parameters: `const ${element} *encoded, const ${element} *scored, nn_float *corners, nn_float *classes, nn_float *scores, nn_float *number, nn_float *scratch`,
    view: { element, float: element === 'nn_float' },
    axes: { each: { false: '', true: '_each' } },
  });
}

const detectionKernel: Kernel<DetectionAttrs> = {
  name: 'detection_c',
  units: [...families.values()],
  reject: () => undefined,
  cost(node) {
    const { boxes, columns, rounds } = sizesOf(node);
    return {
      work: { boxes, scores: boxes * columns, overlaps: boxes * rounds },
      // The anchors as numbers stand in the place of the operand, which is counted where it is.
      constantBytes: boxes * 16 - byteLength(node.inputs[2]!),
      // A box, its score, and whether it is still there, of each.
      scratchBytes: boxes * 20 + Math.ceil(boxes / 4) * 4,
      calls: [unitOf(node)],
    };
  },
  code(node) {
    const { attrs, inputs } = node;
    const { boxes, stride, columns } = sizesOf(node);
    const types = inputs.slice(0, 2).map((input) => perTensor(input!));
    const fields = {
      ...{ boxes, stride, columns, classes: attrs.count, detections: attrs.detections },
      ...{ per_class: attrs.perClass, score: attrs.score, overlap: attrs.overlap },
      scales: attrs.scales,
      zero: types.map(({ zeroPoint }) => zeroPoint),
      scale: types.map(({ scale }) => scale),
      anchors: table('anchors', anchorsOf(node)),
    };
    return [call(unitOf(node), fields, { inputs: [0, 1], outputs: [0, 1, 2, 3] })];
  },
};

export const detectionKernels = [detectionKernel];

function unitOf({ attrs, inputs }: TypedNode<DetectionAttrs>) {
  return families.get(inputs[0]!.dtype)!({ each: attrs.classes === 'each' });
}

// `rounds`: how often the best box is looked for, at most.
function sizesOf({ attrs, inputs }: TypedNode<DetectionAttrs>) {
  const [, boxes = 0, stride = 0] = inputs[0]!.shape;
  const columns = inputs[1]!.shape[2]!;
  const each = Math.min(attrs.classes === 'each' ? attrs.perClass : attrs.detections, boxes);
  return { boxes, stride, columns, rounds: attrs.classes === 'each' ? each * attrs.count : each };
}
