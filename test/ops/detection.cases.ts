import type { Random } from '../../src/support/random.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { float32, int8, quantization } from '../support/cases.ts';
import type { CaseMaker, CaseTensor } from '../support/cases.ts';

export const detection: CaseMaker = (random) => {
  const boxes = random.int(1, 12);
  const count = random.int(1, 4);
  const columns = count + random.int(0, 1);
  const typed = random.pick([float32, (shape: number[]) => int8(random, shape), uint8(random)]);
  const float = { dtype: 'float32' as const };
  return {
    op: 'detection',
    attrs: {
      detections: random.int(1, 8),
      classes: random.pick(['best', 'each']),
      perClass: random.int(1, 5),
      count,
      score: Math.fround(random.pick([-10, 0, 0.3])),
      overlap: Math.fround(random.pick([0.1, 0.5, 1])),
      scales: [10, 10, 5, 5],
    },
    inputs: [
      typed([1, boxes, 4 + random.int(0, 1)]),
      typed([1, boxes, columns]),
      anchors(random, boxes),
    ],
    outputs: [float, float, float, float],
  };
};

const uint8 =
  (random: Random) =>
  (shape: number[]): CaseTensor => ({
    dtype: 'uint8',
    shape,
    quant: quantization(random, random.int(0, 255)),
  });

// Centres and sizes, of boxes that overlap now and then.
function anchors(random: Random, boxes: number): CaseTensor {
  const data = Float32Array.from({ length: boxes * 4 }, (_, i) =>
    i % 4 < 2 ? random.real(0, 1) : random.real(0.1, 0.6),
  );
  return { dtype: 'float32', shape: [boxes, 4], data: bytesOf(data) };
}
