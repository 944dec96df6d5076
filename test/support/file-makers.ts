import type { Random } from '../../src/support/random.ts';
import { constant, float, int8, ints, TYPES, uint8 } from './file-models.ts';
import type { FileModel, FileOption, FileTensor } from './tflite-writer.ts';

/** Makes a file, most of them of one operator, with random shapes and options. */
export type Maker = (random: Random) => FileModel;

/** A tensor of some type, of any shape. */
export type TypeOf = (shape: readonly number[]) => FileTensor;

export const reals = (random: Random, shape: readonly number[]): FileTensor =>
  constant(
    float(shape),
    Array.from({ length: 17 }, () => Math.fround(random.real(-1, 1))),
  );
export const sizes = (random: Random, count: number, most = 5) =>
  Array.from({ length: count }, () => random.int(1, most));
export const flag = (random: Random) => (random.chance(0.5) ? 1 : 0);
/** A shape of any rank from `least` to `most`. */
export const shapeOf = (random: Random, least = 1, most = 4) =>
  sizes(random, random.int(least, most), 4);
/** One of the axes of a shape, counted from either end. */
export const axisOf = (random: Random, { length }: readonly number[]) =>
  random.int(-length, length - 1);
export const fromFront = (axis: number, { length }: readonly number[]) =>
  axis < 0 ? axis + length : axis;

export const bool: TypeOf = (shape) => ({ type: TYPES.bool, shape });
export const int32: TypeOf = (shape) => ({ type: TYPES.int32, shape });
export const int64: TypeOf = (shape) => ({ type: TYPES.int64, shape });
export const scalar = (value: number) => constant(int32([]), [value]);
/** The type of 8 bits that most files have. */
export const quantized: Readonly<Record<'int8' | 'uint8', TypeOf>> = {
  int8: (shape) => int8(shape, 0.0625, -5),
  uint8: (shape) => uint8(shape, 0.0625, 120),
};
/** One of the types whose elements may be moved as they are. */
export const anyType = (random: Random): TypeOf =>
  random.pick([float, float, quantized.uint8, quantized.int8, int32]);

/** SAME or VALID windows, with strides and fused clamps; dilated where `reach` says how far. */
export function windowed(
  random: Random,
  kernel: readonly [number, number],
  dilation: readonly [number, number] = [1, 1],
) {
  const [same, strideX, strideY] = [random.chance(0.5), random.int(1, 3), random.int(1, 3)];
  const [y, x] = [random.int(5, 9), random.int(5, 9)];
  const along = (size: number, axis: 0 | 1, stride: number) =>
    same
      ? Math.ceil(size / stride)
      : Math.floor((size - (kernel[axis] - 1) * dilation[axis] - 1) / stride) + 1;
  const options: FileOption[] = [
    [0, 'byte', same ? 0 : 1],
    [1, 'int', strideX],
    [2, 'int', strideY],
  ];
  const output = [along(y, 0, strideY), along(x, 1, strideX)];
  return { y, x, options, output, activation: random.int(0, 3) };
}

/** Shapes that broadcast, either of them the larger one, down to scalars. */
export function broadcast(random: Random): { shapes: [number[], number[]]; output: number[] } {
  const output = shapeOf(random, 0, 4);
  const other = output.map((size) => (random.chance(0.4) ? 1 : size));
  const cut = other.slice(random.int(0, other.length));
  return { shapes: random.chance(0.5) ? [output, cut] : [cut, output], output };
}

/** Two operands of a shape each, one of them a constant now and then. */
export function operands(
  random: Random,
  shapes: readonly number[][],
  type: (shape: readonly number[]) => FileTensor,
  values: (shape: readonly number[]) => FileTensor,
): FileTensor[] {
  const fixed = random.int(0, 2);
  return shapes.map((shape, i) => (i === fixed ? values(shape) : type(shape)));
}

/** Some of the axes, counted from either end, and the shape that is left. */
export function reduced(random: Random) {
  const shape = shapeOf(random, 1, 5);
  const axes = shape.map((_, axis) => axis).filter(() => random.chance(0.5));
  const keep = flag(random);
  const output = shape.flatMap((size, i) => (axes.includes(i) ? (keep ? [1] : []) : [size]));
  const named = axes.map((axis) => (random.chance(0.5) ? axis : axis - shape.length));
  const options: FileOption[] = [[0, 'byte', keep]];
  return { shape, axes: ints(...named), output, options };
}
