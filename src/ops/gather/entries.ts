import type { TypedNode } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import { MAX_LOOPS, strides } from '../shape/strided.ts';
import type { FieldsOf } from '../struct.ts';

/** How many entries, and the sizes and steps (in elements) of the axes that indices [count, depth] name. */
export function placesOf({ inputs }: TypedNode) {
  const [shape, places] = [inputs[0]!.shape, inputs[1]!.shape];
  const depth = places.at(-1)!;
  return {
    count: product(places.slice(0, -1)),
    depth,
    sizes: shape.slice(0, depth),
    steps: strides(shape).slice(0, depth),
  };
}

/** Elements of an entry. */
export function runOf({ inputs }: TypedNode): number {
  return product(inputs[0]!.shape.slice(inputs[1]!.shape.at(-1)));
}

/** What the C of entries that several indices name is told. */
export const ENTRIES = {
  sizes: ['int32_t', MAX_LOOPS],
  steps: ['int32_t', MAX_LOOPS],
  depth: 'int32_t',
  count: 'int32_t',
  run: 'int32_t',
} as const;

/** The same of a node; `width`: units of an element that runs and steps count. */
export function entriesFields(node: TypedNode, width: number): FieldsOf<typeof ENTRIES> {
  const { count, depth, sizes, steps } = placesOf(node);
  const fill = (numbers: readonly number[]) => [
    ...numbers,
    ...Array<number>(MAX_LOOPS - depth).fill(0),
  ];
  return {
    sizes: fill(sizes),
    steps: fill(steps.map((step) => step * width)),
    ...{ depth, count, run: runOf(node) * width },
  };
}
