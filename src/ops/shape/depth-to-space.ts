import { z } from 'zod';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import type { TypedNode } from '../../ir/types.ts';
import { emptyValue } from '../../ir/values.ts';
import { planeOf } from '../conv/conv2d.ts';
import { channelCount, linked, rangesThrough } from '../channels.ts';
import { defineOp, Unsupported } from '../op.ts';
import type { Op } from '../op.ts';
import { rejectUnlessCopy } from '../types.ts';
import { copyKernel, copyStrided } from './strided.ts';
import type { StridedCopy } from './strided.ts';

export interface BlockAttrs {
  /** Rows and columns of a block of pixels. */
  readonly block: number;
}

type BlockNode = TypedNode<BlockAttrs>;

/** input [n, y, x, by * bx * c] -> output [n, y * by, x * bx, c] */
export const depthToSpace = defineBlocks({
  name: 'depth_to_space',
  summary: 'Channels spread out as blocks of pixels',
  code: 'DEPTH_TO_SPACE',
  shapeOf: ([batch, height, width, channels], block) => [
    batch,
    height * block,
    width * block,
    channels / (block * block),
  ],
  copyOf: ({ attrs, inputs, outputs }) =>
    blocks(planeOf(inputs[0]), planeOf(outputs[0]), attrs.block),
});

/** input [n, y * by, x * bx, c] -> output [n, y, x, by * bx * c] */
export const spaceToDepth = defineBlocks({
  name: 'space_to_depth',
  summary: 'Blocks of pixels stacked as channels',
  code: 'SPACE_TO_DEPTH',
  shapeOf: ([batch, height, width, channels], block) => [
    batch,
    height / block,
    width / block,
    channels * block * block,
  ],
  copyOf({ attrs, inputs, outputs }) {
    const { sizes, from, to } = blocks(planeOf(outputs[0]), planeOf(inputs[0]), attrs.block);
    return { sizes, from: to, to: from };
  },
});

type Plane = readonly [number, number, number, number];

interface Blocks {
  readonly name: string;
  readonly summary: string;
  readonly code: string;
  shapeOf(input: Plane, block: number): number[];
  copyOf(node: BlockNode): StridedCopy;
}

function defineBlocks({ name, summary, code, shapeOf, copyOf }: Blocks): Op<BlockAttrs> {
  return defineOp<BlockAttrs>({
    name,
    summary,
    attributes: z.strictObject({ block: z.int().min(1).max(4096) }),
    inferShapes({ block }, [input]) {
      const shape = shapeOf(planeOf(input), block);
      if (shape.every((size) => Number.isInteger(size))) return [shape];
      throw new Unsupported(`[${input!.shape.join(',')}] does not divide into blocks of ${block}`);
    },
    reject: rejectUnlessCopy,
    evaluate(node, [input]) {
      const output = emptyValue(node.outputs[0]!);
      copyStrided(copyOf(node), input!, output);
      return [output];
    },
    kernels: [copyKernel(`${name}_c`, (node) => [{ copy: copyOf(node), input: 0 }])],
    quantize: 'same',
    channels: {
      ranges: (node, [input]) => [
        rangesThrough(channelPairs(node), input!, channelCount(node.outputs[0]!)),
      ],
      flow: (node) => linked(channelPairs(node)),
    },
    tflite: {
      [code]({ options }: TfliteOperator) {
        const block = options.int(0);
        if (block < 1 || block > 4096) throw new Unsupported(`its block size is ${block}`);
        return { attrs: { block } };
      },
    },
  });
}

// A channel of the wide tensor goes with one in every pixel of a block.
function channelPairs({ inputs, outputs }: BlockNode): [number, number][] {
  const [from, to] = [channelCount(inputs[0]!), channelCount(outputs[0]!)];
  return Array.from({ length: Math.max(from, to) }, (_, c) => [c % from, c % to]);
}

/** Source: reference/depth_to_space.h: loops n, y, by, x, bx, c from the deep tensor to the wide one. */
function blocks(deep: Plane, wide: Plane, block: number): StridedCopy {
  const [batch, height, width, depth] = deep;
  const channels = wide[3];
  const line = wide[2] * channels;
  return {
    sizes: [batch, height, block, width, block, channels],
    from: {
      offset: 0,
      steps: [height * width * depth, width * depth, block * channels, depth, channels, 1],
    },
    to: {
      offset: 0,
      steps: [wide[1] * line, block * line, line, block * channels, channels, 1],
    },
  };
}
