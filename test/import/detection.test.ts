import { encode } from 'flatbuffers/js/flexbuffers.js';
import { expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { constant, float } from '../support/file-models.ts';
import { problemOf } from '../support/import-problems.ts';
import { writeTflite } from '../support/tflite-writer.ts';
import type { FileModel } from '../support/tflite-writer.ts';

const OPTIONS = {
  ...{ max_detections: 3, max_classes_per_detection: 1, num_classes: 2 },
  ...{ nms_score_threshold: 0.25, nms_iou_threshold: 0.5 },
  ...{ y_scale: 10, x_scale: 10, h_scale: 5, w_scale: 5 },
};

// Four boxes: the first and the second nearly the same, one beside them, one whose scores are low.
const ANCHORS = [
  ...[0.25, 0.25, 0.5, 0.5],
  ...[0.26, 0.25, 0.5, 0.5],
  ...[0.75, 0.75, 0.25, 0.25],
  ...[0.5, 0.5, 0.125, 0.125],
];
const SCORES = [...[0, 0.5, 0.625], ...[0, 0.75, 0.125], ...[0, 0.5, 0.25], ...[1, 0.125, 0.125]];

function modelOf(options: object | Uint8Array): FileModel {
  const custom = options instanceof Uint8Array ? options : encode(options);
  const tensors = [
    ...[float([1, 4, 4]), float([1, 4, 3]), constant(float([4, 4]), ANCHORS)],
    ...[float([1, 3, 4]), float([1, 3]), float([1, 3]), float([1])],
  ];
  const code = 'TFLite_Detection_PostProcess';
  return {
    tensors,
    operators: [{ code, custom, inputs: [0, 1, 2], outputs: [3, 4, 5, 6] }],
    inputs: [0, 1],
    outputs: [3, 4, 5, 6],
  };
}

function run(options: object): number[] {
  const graph = importModel(writeTflite(modelOf(options)), 'detection.tflite');
  const input = Float32Array.from([...Array<number>(16).fill(0), ...SCORES]);
  const output = Uint8Array.from(new Interpreter(graph).runBytes(bytesOf(input)));
  return [...new Float32Array(output.buffer)];
}

it('keeps boxes by their best class, without those that overlap a better one', () => {
  const [boxes, rest] = [run(OPTIONS).slice(0, 12), run(OPTIONS).slice(12)];
  expect(boxes.slice(4)).toEqual([0.625, 0.625, 0.875, 0.875, 0, 0, 0, 0]);
  expect(boxes.slice(0, 4)).toEqual(
    [0.26 - 0.25, 0, 0.51, 0.5].map((x): unknown => expect.closeTo(x, 6)),
  );
  expect(rest).toEqual([0, 0, 0, 0.75, 0.5, 0, 2]);
});

it('looks at each class by itself, the best of all of them first', () => {
  const rest = run({ ...OPTIONS, use_regular_nms: true }).slice(12);
  expect(rest).toEqual([0, 1, 0, 0.75, 0.625, 0.5, 3]);
});

it.each([
  ['several classes for a box', { ...OPTIONS, max_classes_per_detection: 2 }, /several classes/],
  ['a missing option', { max_detections: 3 }, /num_classes/],
  ['an overlap above 1', { ...OPTIONS, nms_iou_threshold: 2.5 }, /overlap is 2.5/],
  ['options that are none', new Uint8Array([1, 2, 3]), /cannot be read/],
  ['scores of too few classes', { ...OPTIONS, num_classes: 5 }, /scores of 3 classes for 5/],
])('refuses %s', (_, options, message) => {
  expect(problemOf(modelOf(options))).toMatch(message);
});
