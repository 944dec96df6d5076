import { transposeConv2d } from '../conv/transpose-conv2d.ts';
import { reshape } from '../shape/reshape.ts';
import { Unsupported } from '../op.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { fromPlane, planeOf, spatialSizes } from './spatial.ts';
import type { OnnxValue } from './value.ts';

export const TRANSPOSED_CONV_READERS: OnnxReaders = { ConvTranspose: readTransposed };

/** x [n, c, y, x], w [c, o, ky, kx], b [o] -> y [n, o, y, x]; paddings cut the output. */
function readTransposed(call: OnnxCall): readonly OnnxValue[] {
  const [x, w] = [call.input(0), call.input(1)];
  const sizes = spatialSizes(x);
  if (call.number('group', 1) !== 1) throw new Unsupported('it has groups');
  const kernel = w.shape.slice(2);
  const given = call.list('kernel_shape') ?? kernel;
  if (given.join() !== kernel.join())
    throw new Unsupported(`its kernel_shape is ${given.join(', ')}`);
  const each = (name: string, otherwise: number) => call.list(name) ?? sizes.map(() => otherwise);
  if (each('dilations', 1).some((n) => n !== 1)) throw new Unsupported('it is dilated');
  const axes = extents(call, sizes, kernel, each('strides', 1), each('output_padding', 0));
  const { emitter } = call;
  const [channels = 1, outputs = 1] = w.shape;
  const wide = <T>(values: readonly T[], one: T): [T, T] =>
    values.length === 1 ? [one, values[0]!] : [values[0]!, values[1]!];
  const shape = [outputs, ...wide(kernel, 1), channels];
  const order = w.rank === 4 ? [1, 2, 3, 0] : [1, 2, 0];
  const weights = emitter.emit(reshape, { shape }, [w.in(order)])[0]!;
  const begins = wide(
    axes.map(({ begin }) => begin),
    0,
  );
  const attrs = {
    kernel: wide(kernel, 1),
    stride: wide(each('strides', 1), 1),
    dilation: [1, 1],
    padding: [...begins, 0, 0],
    output: wide(
      axes.map(({ output }) => output),
      1,
    ),
    ...{ activation: 'none', rounding: 'double' },
  } as const;
  const tensor = emitter.emit(transposeConv2d, attrs as never, [
    planeOf(x),
    weights,
    call.inputs[2]?.natural(),
  ])[0]!;
  return [fromPlane(emitter, tensor, x.rank)];
}

/** Where each axis begins in the full result, and how long it is. Source: onnx/defs/nn/defs.cc, ConvTranspose. */
function extents(
  call: OnnxCall,
  sizes: readonly number[],
  kernel: readonly number[],
  strides: readonly number[],
  added: readonly number[],
): { begin: number; output: number }[] {
  const pads = call.list('pads') ?? [...sizes, ...sizes].map(() => 0);
  const wanted = call.list('output_shape');
  const auto = call.choice('auto_pad', ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'], 'NOTSET');
  return sizes.map((size, axis) => {
    const full = strides[axis]! * (size - 1) + added[axis]! + kernel[axis]!;
    const same = auto.startsWith('SAME') ? size * strides[axis]! : undefined;
    const target = wanted?.[wanted.length - sizes.length + axis] ?? same;
    if (target === undefined) {
      const begin = auto === 'VALID' ? 0 : pads[axis]!;
      const end = auto === 'VALID' ? 0 : pads[axis + sizes.length]!;
      return { begin, output: full - begin - end };
    }
    const total = Math.max(0, full - target);
    const less = total >> 1;
    return { begin: auto === 'SAME_UPPER' ? less : total - less, output: target };
  });
}
