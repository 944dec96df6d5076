import { depthToSpace, spaceToDepth } from '../shape/depth-to-space.ts';
import { product } from '../../support/bytes.ts';
import { Unsupported } from '../op.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReader, OnnxReaders } from './call.ts';
import { channelsLast, fromPlane, planeOf } from './spatial.ts';
import { spread } from './spread.ts';
import { OnnxValue } from './value.ts';

/** Operators that deal channels out over blocks of pixels, or the other way round. */
export const BLOCK_READERS: OnnxReaders = {
  DepthToSpace: readDepthToSpace,
  SpaceToDepth: blocks(spaceToDepth),
  Col2Im: readColumns,
};

function blocks(op: typeof spaceToDepth): OnnxReader {
  return (call) => {
    const x = planeValue(call);
    const attrs = { block: blockSize(call) };
    return [fromPlane(call.emitter, call.emitter.emit(op, attrs, [planeOf(x)])[0]!, 4)];
  };
}

/** Channels are [y, x, c] of a block in the mode DCR, which TFLite has, too, and [c, y, x] in CRD. */
function readDepthToSpace(call: OnnxCall): readonly OnnxValue[] {
  const mode = call.choice('mode', ['DCR', 'CRD'], 'DCR');
  if (mode === 'DCR') return blocks(depthToSpace)(call);
  const x = planeValue(call);
  const block = blockSize(call);
  const [batch = 1, depth = 1, height = 1, width = 1] = x.shape;
  const channels = depth / (block * block);
  const split = x.reshaped([batch, channels, block, block, height, width]);
  // [n, y, by, x, bx, c]
  const order = [0, 4, 2, 5, 3, 1];
  const sizes = order.map((axis) => split.shape[axis]!);
  const moved = OnnxValue.natural(call.emitter, split.in(order));
  const plane = moved.reshaped([sizes[0]!, height * block, width * block, channels]);
  const shape = [batch, channels, height * block, width * block];
  return [new OnnxValue(call.emitter, shape, channelsLast(4), plane.natural())];
}

function planeValue(call: OnnxCall): OnnxValue {
  const x = call.input(0);
  if (x.rank !== 4) throw new Unsupported(`its input has ${x.rank} dimensions, not 4`);
  return x;
}

function blockSize(call: OnnxCall): number {
  const block = call.number('blocksize', NaN);
  if (!(block >= 1 && block <= 4096)) throw new Unsupported(`its blocksize is ${block}`);
  return block;
}

/**
 * Columns [n, c * taps, blocks] summed where they overlap in images [n, c, …]: a transposed convolution
 * that gives each tap its place.
 */
function readColumns(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const image = call.numbers(1, 'image_shape') ?? [];
  const block = call.numbers(2, 'block_shape') ?? [];
  const list = (name: string, otherwise: number) => {
    const given = call.list(name) ?? image.map(() => otherwise);
    if (given.length !== image.length || given.some((n) => !(n >= 1)))
      throw new Unsupported(`its ${name} are ${given.join(', ')}`);
    return given;
  };
  const [dilations, steps] = [list('dilations', 1), list('strides', 1)];
  const pads = call.list('pads') ?? [...image, ...image].map(() => 0);
  const axes = image.map((output, i) => {
    const [kernel, stride, dilation] = [block[i]!, steps[i]!, dilations[i]!];
    const room = output + pads[i]! + pads[i + image.length]! - (kernel - 1) * dilation - 1;
    const count = Math.floor(room / stride) + 1;
    return { kernel, stride, dilation, begin: pads[i]!, output, count };
  });
  const [batch = 1, depth = 1] = x.shape;
  const taps = product(block);
  const channels = depth / taps;
  const counts = axes.map(({ count }) => count);
  const m = new Algebra(call.emitter);
  const identity = m.count(taps * taps).map((i) => Number(i % (taps + 1) === 0));
  const w = m.constant(identity, [taps, 1, ...block]);
  const images = x.reshaped([batch * channels, taps, ...counts]);
  const sums = spread({ x: images, w, bias: undefined, groups: 1 }, axes);
  return [sums.reshaped([batch, channels, ...image])];
}
