import type { Random } from '../../src/support/random.ts';
import { flag, reals, sizes, windowed } from './file-makers.ts';
import type { Maker } from './file-makers.ts';
import { float, ints, oneOperator } from './file-models.ts';
import type { FileOption } from './tflite-writer.ts';

// Layers in float: sums of products, and windows that move over a plane.

type Four = [number, number, number, number];
const biasOf = (random: Random, channels: number) =>
  random.chance(0.7) ? [reals(random, [channels])] : [];
const dilationOf = (random: Random): [number, number] =>
  random.chance(0.6) ? [1, 1] : [random.int(1, 2), random.int(1, 2)];
const dilated = ([y, x]: readonly [number, number], field: number): FileOption[] => [
  [field, 'int', x],
  [field + 1, 'int', y],
];

export const conv2d: Maker = (random) => {
  const [ky, kx, c, o] = [...sizes(random, 2, 3), ...sizes(random, 2, 4)] as Four;
  const groups = random.chance(0.3) ? random.int(2, 3) : 1;
  const dilation = dilationOf(random);
  const { y, x, options, output, activation } = windowed(random, [ky, kx], dilation);
  const [n, outputs] = [random.int(1, 2), o * groups];
  return oneOperator(
    'CONV_2D',
    // Without a bias LiteRT gives what was in memory.
    [float([n, y, x, c * groups]), reals(random, [outputs, ky, kx, c]), reals(random, [outputs])],
    [float([n, ...output, outputs])],
    [...options, [3, 'byte', activation], ...dilated(dilation, 4)],
  );
};

export const depthwise: Maker = (random) => {
  const [ky, kx, c, m] = [...sizes(random, 2, 3), ...sizes(random, 2, 3)] as Four;
  const dilation = dilationOf(random);
  const { y, x, options, output, activation } = windowed(random, [ky, kx], dilation);
  return oneOperator(
    'DEPTHWISE_CONV_2D',
    [float([1, y, x, c]), reals(random, [1, ky, kx, c * m]), ...biasOf(random, c * m)],
    [float([1, ...output, c * m])],
    [...options, [3, 'int', m], [4, 'byte', activation], ...dilated(dilation, 5)],
  );
};

export const transposeConv: Maker = (random) => {
  const [y, x, c, o] = sizes(random, 4) as Four;
  const [ky, kx, sy, sx] = sizes(random, 4, 3) as Four;
  const same = random.chance(0.5);
  const along = (size: number, k: number, s: number) =>
    same ? size * s : (size - 1) * s + Math.max(k, s);
  const output = [random.int(1, 2), along(y, ky, sy), along(x, kx, sx), o];
  return oneOperator(
    'TRANSPOSE_CONV',
    [
      ints(...output),
      reals(random, [o, ky, kx, c]),
      float([output[0]!, y, x, c]),
      ...biasOf(random, o),
    ],
    [float(output)],
    [
      [0, 'byte', same ? 0 : 1],
      [1, 'int', sx],
      [2, 'int', sy],
      [3, 'byte', random.pick([0, 1, 3])],
    ],
  );
};

export const fullyConnected: Maker = (random) => {
  const [k, o] = sizes(random, 2, 6) as [number, number];
  const lead = sizes(random, random.int(1, 3), 3);
  const keep = flag(random);
  const rows = lead.reduce((a, b) => a * b, 1);
  return oneOperator(
    'FULLY_CONNECTED',
    [float([...lead, k]), reals(random, [o, k]), ...biasOf(random, o)],
    [float(keep ? [...lead, o] : [rows, o])],
    [
      [0, 'byte', random.int(0, 3)],
      [2, 'byte', keep],
    ],
  );
};

export const batchMatmul: Maker = (random) => {
  const [rows, depth, columns] = sizes(random, 3) as [number, number, number];
  const batch = sizes(random, random.int(0, 2), 3);
  const thinned = () => batch.map((size) => (random.chance(0.3) ? 1 : size));
  const [left, right] = [thinned(), thinned()];
  const joined = batch.map((_, i) => Math.max(left[i]!, right[i]!));
  const [adjX, adjY] = [flag(random), flag(random)];
  const a = [...left, ...(adjX ? [depth, rows] : [rows, depth])];
  const b = [...right, ...(adjY ? [columns, depth] : [depth, columns])];
  return oneOperator(
    'BATCH_MATMUL',
    [float(a), float(b)],
    [float([...joined, rows, columns])],
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
  const n = random.int(1, 2);
  return oneOperator(
    name,
    [float([n, y, x, 3])],
    [float([n, ...output, 3])],
    [...options, [3, 'int', kx], [4, 'int', ky], [5, 'byte', activation]],
  );
};
