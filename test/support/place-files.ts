import { broadcast, int32, operands, reals, scalar, shapeOf, sizes } from './file-makers.ts';
import type { Maker } from './file-makers.ts';
import { constant, float, ints, oneOperator } from './file-models.ts';

// Operators that put values in places, and those on bits and angles.

export const scattered: Maker = (random) => {
  const [a, b, c] = sizes(random, 3) as [number, number, number];
  const type = random.pick([float, int32]);
  const places = constant(int32([3, 2]), [0, b - 1, a - 1, 0, 0, b - 1]);
  return oneOperator('SCATTER_ND', [places, type([3, c]), ints(a, b, c)], [type([a, b, c])]);
};

export const largest: Maker = (random) => {
  const [rows, columns] = sizes(random, 2, 6) as [number, number];
  const k = random.int(1, columns);
  const type = random.pick([float, int32]);
  const inputs = [type([rows, columns]), scalar(k)];
  return oneOperator('TOPK_V2', inputs, [type([rows, k]), int32([rows, k])]);
};

export const bits: Maker = (random) => {
  const { shapes, output } = broadcast(random);
  const shape = shapeOf(random, 1, 3);
  return random.pick([
    () => oneOperator('BITWISE_XOR', shapes.map(int32), [int32(output)]),
    () =>
      oneOperator(
        'RIGHT_SHIFT',
        [int32(shape), constant(int32(shape), [0, 3, 1, 2, 31])],
        [int32(shape)],
      ),
    () => oneOperator('BITCAST', [float(shape)], [int32(shape)]),
  ])();
};

export const angles: Maker = (random) => {
  const shape = shapeOf(random, 1, 4);
  const inputs = operands(random, [shape, shape], float, (same) => reals(random, same));
  return oneOperator('ATAN2', inputs, [float(shape)]);
};
