import { product } from '../../support/bytes.ts';
import { MalformedFile } from '../malformed-file.ts';
import type { Table } from './table.ts';

/** One level of a sparse tensor's storage: all indices, or those that a compressed row lists. */
type Level =
  | { readonly size: number }
  | { readonly segments: readonly number[]; readonly indices: readonly number[] };

/**
 * A sparse constant's elements in dense, row-major order. Dimensions are traversed in an order of
 * their own; some are split into blocks, whose inner parts are traversed last, as dimensions of
 * their own. Source: schema.fbs, SparsityParameters; tensorflow/lite/kernels/internal/utils/
 * sparsity_format_converter.cc.
 */
export function decodeSparse(
  parameters: Table,
  shape: readonly number[],
  data: Uint8Array,
  bytesEach: number,
): Uint8Array {
  const order = parameters.ints(0);
  const blockMap = parameters.ints(1);
  const levels = parameters.tables(2).map(readLevel);
  const rank = shape.length + blockMap.length;
  const unique = new Set(order.filter((d) => d >= 0 && d < rank));
  if (order.length !== rank || levels.length !== rank || unique.size !== rank)
    throw new MalformedFile(`its ${levels.length} sparse dimensions do not make ${rank}`);
  if (product(levels.map((level) => ('size' in level ? level.size : 1))) > product(shape))
    throw new MalformedFile('its sparse dimensions are larger than it is');
  const strides = stridesOf(shape, blockMap, order, levels);
  const dense = new Uint8Array(product(shape) * bytesEach);
  let from = 0;
  const visit = (depth: number, position: number, to: number): void => {
    if (depth === rank) {
      if (from + bytesEach > data.length || (to + 1) * bytesEach > dense.length)
        throw new MalformedFile('its sparse indices lead outside the tensor or its data');
      dense.set(data.subarray(from, from + bytesEach), to * bytesEach);
      from += bytesEach;
      return;
    }
    const level = levels[depth]!;
    const stride = strides[order[depth]!]!;
    if ('size' in level) {
      for (let i = 0; i < level.size; i++)
        visit(depth + 1, position * level.size + i, to + i * stride);
      return;
    }
    const [start = 0, end = 0] = level.segments.slice(position, position + 2);
    for (let i = start; i < end; i++) visit(depth + 1, i, to + (level.indices[i] ?? NaN) * stride);
  };
  visit(0, 0, 0);
  return dense;
}

function readLevel(table: Table): Level {
  if (table.byte(0) === 0) {
    const size = table.int(1);
    if (size < 1 || size > 2 ** 20) throw new MalformedFile(`a sparse dimension has size ${size}`);
    return { size };
  }
  const [segments, indices] = [readIndices(table, 2), readIndices(table, 4)];
  // Each index belongs to one segment: whatever the file says, no more steps than it has indices.
  const ordered = segments.every((start, i) => i === 0 || start >= segments[i - 1]!);
  if (!ordered || (segments.at(-1) ?? 0) > indices.length || (segments[0] ?? 0) < 0)
    throw new MalformedFile('its sparse segments do not fit its indices');
  return { segments, indices };
}

// A union of Int32Vector, Uint16Vector and Uint8Vector.
function readIndices(table: Table, field: number): number[] {
  const vector = table.table(field + 1);
  const kind = table.byte(field);
  if (!vector || kind < 1 || kind > 3) throw new MalformedFile('sparse indices are missing');
  if (kind === 1) return vector.ints(0);
  return kind === 2 ? vector.shorts(0) : Array.from(vector.bytes(0) ?? []);
}

// Elements that one step along a traversed dimension moves: whole blocks, then within the block.
function stridesOf(
  shape: readonly number[],
  blockMap: readonly number[],
  order: readonly number[],
  levels: readonly Level[],
): number[] {
  const strides = shape.map((_, axis) => product(shape.slice(axis + 1)));
  const inner = blockMap.map((axis, block) => {
    const level = levels[order.indexOf(shape.length + block)]!;
    const stride = strides[axis];
    if (stride === undefined || !('size' in level))
      throw new MalformedFile('a block of a sparse tensor is not dense');
    strides[axis] = stride * level.size;
    return stride;
  });
  return [...strides, ...inner];
}
