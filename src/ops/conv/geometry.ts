import type { TfliteOperator } from '../../formats/tflite/records.ts';
import type { TypedNode } from '../../ir/types.ts';
import { Unsupported } from '../op.ts';
import type { RowRule } from '../rows.ts';

/** Placement of a sliding window, for convolutions and pooling. Pairs are [y, x]. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Rows and columns of padding: top, left, bottom, right. */
  readonly padding: readonly [number, number, number, number];
}

/** Size of the output plane. Source: tensorflow/lite/kernels/padding.h, ComputeOutSize. */
export function windowOutput(window: Window, height: number, width: number): [number, number] {
  const { kernel, stride, dilation, padding } = window;
  const along = (size: number, axis: 0 | 1) => {
    const reach = (kernel[axis] - 1) * dilation[axis] + 1;
    const room = size + padding[axis] + padding[axis === 0 ? 2 : 3] - reach;
    return room < 0 ? 0 : Math.floor(room / stride[axis]) + 1;
  };
  const output: [number, number] = [along(height, 0), along(width, 1)];
  if (output.includes(0)) throw new Unsupported(`its window does not fit into ${height}x${width}`);
  return output;
}

/** The padding of TFLite's SAME or VALID. Source: padding.h, ComputePaddingHeightWidth. */
export function tflitePadding(
  scheme: number,
  input: readonly [number, number],
  window: Omit<Window, 'padding'>,
): Window['padding'] {
  if (scheme === 1) return [0, 0, 0, 0];
  if (scheme !== 0) throw new Unsupported(`its padding scheme has the code ${scheme}`);
  const along = (axis: 0 | 1): [number, number] => {
    const { kernel, stride, dilation } = window;
    const reach = (kernel[axis] - 1) * dilation[axis] + 1;
    const output = Math.ceil(input[axis] / stride[axis]);
    const total = Math.max((output - 1) * stride[axis] + reach - input[axis], 0);
    return [total >> 1, total - (total >> 1)];
  };
  const [top, bottom] = along(0);
  const [left, right] = along(1);
  // The kernels keep them in 16 bits.
  if (Math.max(bottom, right) > 32767) {
    throw new Unsupported(`it pads ${top}+${bottom} rows and ${left}+${right} columns`);
  }
  return [top, left, bottom, right];
}

/** Height and width of an operator's first input, which must be [n, y, x, c]. */
export function inputPlane(operator: TfliteOperator): [number, number] {
  const shape = operator.inputs[0]?.shape;
  if (shape?.length !== 4)
    throw new Unsupported('its input must have four dimensions [n, y, x, c]');
  return [shape[1]!, shape[2]!];
}

export function checkWindow(window: Omit<Window, 'padding'>): void {
  for (const what of ['kernel', 'stride', 'dilation'] as const) {
    if (window[what].some((n) => n < 1 || n > 4096)) {
      throw new Unsupported(`its ${what} is ${window[what].join('x')}`);
    }
  }
}

/** Throws unless weights [_, height, width, _] are of the window's size. */
export function checkFilters({ kernel }: Window, [, ...sizes]: readonly number[]): void {
  if (kernel.some((size, i) => size !== sizes[i]))
    throw new Unsupported(
      `its window is ${kernel.join('x')}, its weights are ${sizes.slice(0, 2).join('x')}`,
    );
}

/**
 * Throws unless `code`, the option quantized_bias_type, says float32 (its default), int32 or int64, and
 * the sums of an operator whose bias stands at `bias` are those of the bias.
 */
export function checkBiasType(code: number, { inputs }: TfliteOperator, bias: number): void {
  if (![0, 2, 4].includes(code)) throw new Unsupported(`its bias type has the code ${code}`);
  if (code === 2 && inputs[0]?.dtype === 'int16' && !inputs[bias])
    throw new Unsupported('on int16 it has sums of 32 bits and no bias');
}

/** How the rows of a window's output hang on rows of its first input. */
export function windowRows<W extends Window>({
  attrs,
  outputs,
}: TypedNode<W>): RowRule<W> | undefined {
  if (outputs[0]!.shape[0] !== 1) return undefined;
  const { kernel, stride, dilation, padding } = attrs;
  const [, left, , right] = padding;
  return {
    inputs: [0],
    rows: (kernel[0] - 1) * dilation[0] + 1,
    stride: stride[0],
    padding: padding[0],
    inside: { ...attrs, padding: [0, left, 0, right] },
  };
}
