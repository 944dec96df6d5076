import { Unsupported } from '../op.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { spatialSizes } from './spatial.ts';
import { spread } from './spread.ts';
import type { Spread } from './spread.ts';
import type { OnnxValue } from './value.ts';

export const TRANSPOSED_CONV_READERS: OnnxReaders = { ConvTranspose: readTransposed };

/** x [n, c, y, x], w [c, o / groups, ky, kx], b [o] -> y [n, o, y, x]; paddings cut the output. */
function readTransposed(call: OnnxCall): readonly OnnxValue[] {
  const [x, w] = [call.input(0), call.input(1)];
  const sizes = spatialSizes(x);
  const groups = call.number('group', 1);
  const kernel = w.shape.slice(2);
  if (
    w.rank !== x.rank ||
    w.shape[0] !== x.shape[1] ||
    !(groups >= 1) ||
    w.shape[0]! % groups !== 0
  )
    throw new Unsupported(
      `its weights are [${w.shape.join(',')}], in ${groups} groups, for [${x.shape.join(',')}]`,
    );
  const given = call.list('kernel_shape') ?? kernel;
  if (given.join() !== kernel.join())
    throw new Unsupported(`its kernel_shape is ${given.join(', ')}`);
  const axes = extents(call, sizes, kernel);
  return [spread({ x, w, bias: call.inputs[2]?.natural(), groups }, axes)];
}

/** Where each axis begins in the full result, and how long it is. Source: onnx/defs/nn/defs.cc, ConvTranspose. */
function extents(call: OnnxCall, sizes: readonly number[], kernel: readonly number[]): Spread[] {
  const each = (name: string, otherwise: number, least: number) => {
    const list = call.list(name) ?? sizes.map(() => otherwise);
    if (list.length !== sizes.length || list.some((n) => !(n >= least && n <= 4096)))
      throw new Unsupported(`its ${name} are ${list.join(', ')}`);
    return list;
  };
  const [strides, dilations] = [each('strides', 1, 1), each('dilations', 1, 1)];
  const added = each('output_padding', 0, 0);
  const pads = call.list('pads') ?? [...sizes, ...sizes].map(() => 0);
  const wanted = call.list('output_shape');
  const auto = call.choice('auto_pad', ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'], 'NOTSET');
  return sizes.map((size, axis) => {
    const [stride, dilation] = [strides[axis]!, dilations[axis]!];
    const steps = { kernel: kernel[axis]!, stride, dilation };
    const full = stride * (size - 1) + added[axis]! + (kernel[axis]! - 1) * dilation + 1;
    const same = auto.startsWith('SAME') ? size * stride : undefined;
    const target = wanted?.[wanted.length - sizes.length + axis] ?? same;
    if (target === undefined) {
      const begin = auto === 'VALID' ? 0 : pads[axis]!;
      const end = auto === 'VALID' ? 0 : pads[axis + sizes.length]!;
      return { ...steps, begin, output: full - begin - end };
    }
    const total = Math.max(0, full - target);
    const less = total >> 1;
    return { ...steps, begin: auto === 'SAME_UPPER' ? less : total - less, output: target };
  });
}
