import type { Value } from '../../ir/types.ts';
import { constantValue, emptyValue, floats } from '../../ir/values.ts';
import { expf } from '../../support/float32.ts';
import { realOf } from './detection.ts';
import type { DetectionAttrs, DetectionNode } from './detection.ts';

const f = Math.fround;

/** Top, left, bottom, right. */
type Box = readonly [number, number, number, number];

interface Found {
  readonly box: number;
  readonly class: number;
  readonly score: number;
}

export function evaluateDetection(
  node: DetectionNode,
  [encoded, scored]: readonly (Value | undefined)[],
): Value[] {
  const { attrs, inputs, outputs } = node;
  const scores = numbersOf(scored!);
  const columns = inputs[1]!.shape[2]!;
  const boxes = decode(attrs, numbersOf(encoded!), anchorsOf(node), inputs[0]!.shape[2]!);
  const background = columns - attrs.count;
  const scoreOf = (box: number, c: number) => scores[box * columns + background + c]!;
  const found: Found[] = [];
  if (attrs.classes === 'best') {
    const best = boxes.map((_, box) => bestClass(attrs.count, (c) => scoreOf(box, c)));
    const of = best.map((c, box) => scoreOf(box, c));
    for (const box of suppress(attrs, boxes, of, attrs.detections))
      found.push({ box, class: best[box]!, score: of[box]! });
  } else
    for (let c = 0; c < attrs.count; c++) {
      const of = boxes.map((_, box) => scoreOf(box, c));
      for (const box of suppress(attrs, boxes, of, attrs.perClass))
        insert(found, { box, class: c, score: of[box]! }, attrs.detections);
    }
  const results = outputs.map((type) => emptyValue(type));
  const [corners, classes, best, number] = results.map((value) => floats(value));
  found.forEach((each, i) => {
    corners!.set(boxes[each.box]!, i * 4);
    classes![i] = each.class;
    best![i] = each.score;
  });
  number![0] = found.length;
  return results;
}

/** The anchors as numbers: [n * 4]. */
export function anchorsOf({ inputs }: DetectionNode): Float32Array {
  return numbersOf(constantValue(inputs[2]!));
}

function numbersOf({ type, data }: Value): Float32Array {
  return Float32Array.from(data as Int8Array, realOf(type));
}

// From an anchor's centre and size. In single precision, where TFLite takes double.
function decode(
  { scales }: DetectionAttrs,
  encoded: Float32Array,
  anchors: Float32Array,
  stride: number,
): Box[] {
  return Array.from({ length: anchors.length / 4 }, (_, n) => {
    const [y, x, h, w] = [0, 1, 2, 3].map((i) => f(encoded[n * stride + i]! / scales[i]!));
    const [ay, ax, ah, aw] = anchors.subarray(n * 4, n * 4 + 4);
    const centreY = f(f(y! * ah!) + ay!);
    const centreX = f(f(x! * aw!) + ax!);
    const halfY = f(f(0.5 * expf(h!)) * ah!);
    const halfX = f(f(0.5 * expf(w!)) * aw!);
    return [f(centreY - halfY), f(centreX - halfX), f(centreY + halfY), f(centreX + halfX)];
  });
}

// The first of the largest scores.
function bestClass(count: number, scoreOf: (c: number) => number): number {
  let best = 0;
  for (let c = 1; c < count; c++) if (scoreOf(c) > scoreOf(best)) best = c;
  return best;
}

/** Boxes by falling score, the first of equal ones first, without those that overlap one before too much. */
function suppress(
  { score, overlap }: DetectionAttrs,
  boxes: readonly Box[],
  scores: readonly number[],
  most: number,
): number[] {
  const active = scores.map((each) => each >= score);
  const selected: number[] = [];
  while (selected.length < most) {
    let best = -1;
    active.forEach((is, i) => {
      if (is && (best < 0 || scores[i]! > scores[best]!)) best = i;
    });
    if (best < 0) break;
    selected.push(best);
    active[best] = false;
    active.forEach((is, i) => {
      if (is && intersectionOverUnion(boxes[best]!, boxes[i]!) > overlap) active[i] = false;
    });
  }
  return selected;
}

function intersectionOverUnion(a: Box, b: Box): number {
  const [areaA, areaB] = [a, b].map((box) => f(f(box[2] - box[0]) * f(box[3] - box[1])));
  if (areaA! <= 0 || areaB! <= 0) return 0;
  const height = f(least(a[2], b[2]) - most(a[0], b[0]));
  const width = f(least(a[3], b[3]) - most(a[1], b[1]));
  const shared = f(most(height, 0) * most(width, 0));
  return f(shared / f(f(areaA! + areaB!) - shared));
}

// As C has them, where one is no number: the second.
const least = (a: number, b: number) => (a < b ? a : b);
const most = (a: number, b: number) => (a > b ? a : b);

// Behind all that are not worse; the last one goes where there is no room.
function insert(found: Found[], each: Found, most: number): void {
  let at = found.length;
  while (at > 0 && each.score > found[at - 1]!.score) at--;
  found.splice(at, 0, each);
  found.length = Math.min(found.length, most);
}
