import type { Random } from '../../src/support/random.ts';
import { constant, float } from './file-models.ts';
import type { FileModel, FileOption, FileTensor } from './tflite-writer.ts';

/** Makes a file of one operator, with random shapes and options. */
export type Maker = (random: Random) => FileModel;

export const reals = (random: Random, shape: readonly number[]): FileTensor =>
  constant(
    float(shape),
    Array.from({ length: 17 }, () => Math.fround(random.real(-1, 1))),
  );
export const sizes = (random: Random, count: number, most = 5) =>
  Array.from({ length: count }, () => random.int(1, most));
export const flag = (random: Random) => (random.chance(0.5) ? 1 : 0);

/** SAME or VALID windows, with strides and fused clamps. */
export function windowed(random: Random, kernel: readonly [number, number]) {
  const [same, strideX, strideY] = [random.chance(0.5), random.int(1, 3), random.int(1, 3)];
  const [y, x] = [random.int(4, 9), random.int(4, 9)];
  const along = (size: number, reach: number, stride: number) =>
    same ? Math.ceil(size / stride) : Math.floor((size - reach) / stride) + 1;
  const options: FileOption[] = [
    [0, 'byte', same ? 0 : 1],
    [1, 'int', strideX],
    [2, 'int', strideY],
  ];
  const output = [along(y, kernel[0], strideY), along(x, kernel[1], strideX)];
  return { y, x, options, output, activation: random.int(0, 3) };
}
