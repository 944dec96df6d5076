import type { TypedNode } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import type { Window } from '../../ops/conv/geometry.ts';

/** What a layer's rows of weights are multiplied with, place after place of its input. */
export interface Taps {
  /** Products of one row of weights with one input. */
  places(input: Int8Array): number;
  /** Writes what stands at a place, less the zero point, to `to` from `at` on. */
  read(input: Int8Array, place: number, to: Float32Array | Float64Array, at: number): void;
}

/** Rows of `columns` values, one after the other. */
export function rowTaps(columns: number, zeroPoint: number): Taps {
  return {
    places: ({ length }) => length / columns,
    read(input, place, to, at) {
      for (let k = 0; k < columns; k++) to[at + k] = input[place * columns + k]! - zeroPoint;
    },
  };
}

/** The windows of a convolution, in the order of its weights [ky, kx, c]; beyond the input there is 0. */
export function convolutionTaps({ attrs, inputs, outputs }: TypedNode<Window>): Taps {
  const { kernel, stride, dilation, padding } = attrs;
  const [, height = 1, width = 1, depth = 1] = inputs[0]!.shape;
  const [batches = 1, rows = 1, columns = 1] = outputs[0]!.shape;
  const { zeroPoint } = perTensor(inputs[0]!);
  return {
    places: () => batches * rows * columns,
    read(input, place, to, at) {
      const [image, pixel] = [Math.floor(place / (rows * columns)), place % (rows * columns)];
      const top = Math.floor(pixel / columns) * stride[0] - padding[0];
      const left = (pixel % columns) * stride[1] - padding[1];
      for (let ky = 0; ky < kernel[0]; ky++)
        for (let kx = 0; kx < kernel[1]; kx++, at += depth) {
          const [y, x] = [top + ky * dilation[0], left + kx * dilation[1]];
          if (y < 0 || y >= height || x < 0 || x >= width) {
            to.fill(0, at, at + depth);
            continue;
          }
          const from = ((image * height + y) * width + x) * depth;
          for (let c = 0; c < depth; c++) to[at + c] = input[from + c]! - zeroPoint;
        }
    },
  };
}
