import { flag, reals, sizes, windowed } from './file-makers.ts';
import type { Maker } from './file-makers.ts';
import { float, ints, oneOperator } from './file-models.ts';

// Layers in float: sums of products, and windows that move over a plane.

export const conv2d: Maker = (random) => {
  const [ky, kx, c, o] = [...sizes(random, 2, 3), ...sizes(random, 2, 4)] as [
    number,
    number,
    number,
    number,
  ];
  const { y, x, options, output, activation } = windowed(random, [ky, kx]);
  return oneOperator(
    'CONV_2D',
    [float([1, y, x, c]), reals(random, [o, ky, kx, c]), reals(random, [o])],
    [float([1, ...output, o])],
    [...options, [3, 'byte', activation]],
  );
};

export const depthwise: Maker = (random) => {
  const [ky, kx, c, m] = [...sizes(random, 2, 3), ...sizes(random, 2, 3)] as [
    number,
    number,
    number,
    number,
  ];
  const { y, x, options, output, activation } = windowed(random, [ky, kx]);
  return oneOperator(
    'DEPTHWISE_CONV_2D',
    [float([1, y, x, c]), reals(random, [1, ky, kx, c * m]), reals(random, [c * m])],
    [float([1, ...output, c * m])],
    [...options, [3, 'int', m], [4, 'byte', activation]],
  );
};

export const transposeConv: Maker = (random) => {
  const [y, x, c, o] = sizes(random, 4) as [number, number, number, number];
  const [ky, kx, sy, sx] = sizes(random, 4, 3) as [number, number, number, number];
  const same = random.chance(0.5);
  const along = (size: number, k: number, s: number) =>
    same ? size * s : (size - 1) * s + Math.max(k, s);
  const output = [1, along(y, ky, sy), along(x, kx, sx), o];
  return oneOperator(
    'TRANSPOSE_CONV',
    [ints(...output), reals(random, [o, ky, kx, c]), float([1, y, x, c])],
    [float(output)],
    [
      [0, 'byte', same ? 0 : 1],
      [1, 'int', sx],
      [2, 'int', sy],
    ],
  );
};

export const fullyConnected: Maker = (random) => {
  const [n, k, o] = sizes(random, 3, 6) as [number, number, number];
  return oneOperator(
    'FULLY_CONNECTED',
    [float([n, k]), reals(random, [o, k]), reals(random, [o])],
    [float([n, o])],
    [[0, 'byte', random.int(0, 3)]],
  );
};

export const batchMatmul: Maker = (random) => {
  const [n, rows, depth, columns] = sizes(random, 4) as [number, number, number, number];
  const [adjX, adjY] = [flag(random), flag(random)];
  const a = [n, ...(adjX ? [depth, rows] : [rows, depth])];
  const b = [n, ...(adjY ? [columns, depth] : [depth, columns])];
  return oneOperator(
    'BATCH_MATMUL',
    [float(a), float(b)],
    [float([n, rows, columns])],
    [
      [0, 'byte', adjX],
      [1, 'byte', adjY],
    ],
  );
};

export const pools: Maker = (random) => {
  const name = random.pick(['MAX_POOL_2D', 'AVERAGE_POOL_2D'] as const);
  const [ky, kx] = sizes(random, 2, 3) as [number, number];
  const { y, x, options, output, activation } = windowed(random, [ky, kx]);
  return oneOperator(
    name,
    [float([1, y, x, 3])],
    [float([1, ...output, 3])],
    [...options, [3, 'int', kx], [4, 'int', ky], [5, 'byte', activation]],
  );
};
