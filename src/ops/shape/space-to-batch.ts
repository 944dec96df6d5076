import { z } from 'zod';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import { perTensor } from '../../ir/types.ts';
import type { TypedNode } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import { size, sizes } from '../attributes.ts';
import { Unsupported } from '../op.ts';
import type { Read } from '../op.ts';
import { constantNumbersOf } from '../tflite-constants.ts';
import { defineMove } from './move.ts';
import { strides } from './strided.ts';
import type { PlacedCopy, StridedCopy } from './strided.ts';

export interface BatchBlockAttrs {
  /** Sizes of a block along the axes from 1 on. */
  readonly block: readonly number[];
  /** Elements around the tensor that is not cut into batches, along the same axes. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const attributes = z.strictObject({
  block: z.array(size.min(1)).min(1).max(5),
  before: sizes,
  after: sizes,
});

/** input [n, y, …] -> output [blocks * n, padded y / block y, …] */
export const spaceToBatch = defineMove<BatchBlockAttrs>({
  name: 'space_to_batch',
  summary: 'Pixels of blocks dealt out over batches, with padding',
  attributes,
  inferShapes({ block, before, after }, [input]) {
    const { shape } = input!;
    checkRank(block, shape);
    const padded = block.map((_, i) => before[i]! + shape[i + 1]! + after[i]!);
    const cut = padded.map((n, i) => n / block[i]!);
    if (!cut.every(Number.isInteger))
      throw new Unsupported(`[${padded.join(',')}] does not divide into blocks of ${block.join()}`);
    return [[shape[0]! * product(block), ...cut, ...shape.slice(block.length + 1)]];
  },
  fill: ({ outputs }) => perTensor(outputs[0]!).zeroPoint,
  copies: ({ attrs, inputs, outputs }) => copies(attrs, inputs[0]!.shape, outputs[0]!.shape),
  tflite: { SPACE_TO_BATCH_ND: readBlocks },
});

/** input [blocks * n, y, …] -> output [n, y * block y - crops, …] */
export const batchToSpace = defineMove<BatchBlockAttrs>({
  name: 'batch_to_space',
  summary: 'Batches put together as blocks of pixels, with a border cut off',
  attributes,
  inferShapes({ block, before, after }, [input]) {
    const { shape } = input!;
    checkRank(block, shape);
    const joined = block.map((n, i) => shape[i + 1]! * n - before[i]! - after[i]!);
    const batches = shape[0]! / product(block);
    if (!Number.isInteger(batches) || joined.some((n) => n < 1))
      throw new Unsupported(`[${shape.join(',')}] is no sum of blocks of ${block.join()}`);
    return [[batches, ...joined, ...shape.slice(block.length + 1)]];
  },
  copies: ({ attrs, inputs, outputs }: TypedNode<BatchBlockAttrs>) =>
    copies(attrs, outputs[0]!.shape, inputs[0]!.shape).map(({ copy: { sizes, from, to } }) => ({
      copy: { sizes, from: to, to: from },
      input: 0,
    })),
  tflite: { BATCH_TO_SPACE_ND: readBlocks },
});

function checkRank(block: readonly number[], shape: readonly number[]): void {
  if (block.length >= shape.length)
    throw new Unsupported(`it has ${block.length} sizes of blocks for [${shape.join(',')}]`);
}

function readBlocks(operator: TfliteOperator): Read<BatchBlockAttrs> {
  const block = constantNumbersOf(operator, 1, 'block');
  const borders = constantNumbersOf(operator, 2, 'border', 2 * block.length);
  const [before, after] = [0, 1].map((side) => borders.filter((_, i) => i % 2 === side));
  return { attrs: { block, before: before!, after: after! }, keep: [0] };
}

/**
 * From a plane to its batches: one copy for each place in a block, of the elements that are there.
 * Source: reference/space_to_batch_nd.h.
 */
function copies(
  { block, before }: BatchBlockAttrs,
  plane: readonly number[],
  batched: readonly number[],
): PlacedCopy[] {
  const steps = strides(block);
  return Array.from({ length: product(block) }, (_, place) => {
    const offsets = block.map((n, i) => Math.floor(place / steps[i]!) % n);
    return { copy: copyOf(offsets), input: 0 };
  }).filter(({ copy }) => product(copy.sizes) > 0);

  function copyOf(offsets: readonly number[]): StridedCopy {
    const [inner, outer] = [strides(plane), strides(batched)];
    // Along an axis: the first element of the block's place that lies inside the plane, and how many do.
    const runs = offsets.map((offset, i) => {
      const first = Math.max(0, Math.ceil((before[i]! - offset) / block[i]!));
      const start = first * block[i]! + offset - before[i]!;
      return { first, start, count: Math.max(0, Math.ceil((plane[i + 1]! - start) / block[i]!)) };
    });
    const batch = plane[0]! * offsets.reduce((sum, offset, i) => sum + offset * steps[i]!, 0);
    const rest = plane.slice(block.length + 1);
    return {
      sizes: [plane[0]!, ...runs.map(({ count }) => count), ...rest],
      from: {
        offset: runs.reduce((sum, { start }, i) => sum + start * inner[i + 1]!, 0),
        steps: inner.map((step, axis) => step * (block[axis - 1] ?? 1)),
      },
      to: {
        offset: runs.reduce((sum, { first }, i) => sum + first * outer[i + 1]!, batch * outer[0]!),
        steps: outer,
      },
    };
  }
}
