import type { TensorType, Value } from '../../ir/types.ts';
import { bytesPerElement } from '../../ir/types.ts';
import type { TypedNode } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel, KernelCall } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';

/** Elements moved from one tensor to another: nested loops, each with a step on either side. */
export interface StridedCopy {
  readonly sizes: readonly number[];
  readonly from: { readonly offset: number; readonly steps: readonly number[] };
  readonly to: { readonly offset: number; readonly steps: readonly number[] };
}

export const MAX_LOOPS = 6;

export const copyUnits = unitFamily({
  name: 'nn_copy',
  template: 'shape/copy',
  struct: struct(
    'nn_strided_copy',
    'Six nested loops that move runs of bytes; all lengths and steps in bytes.',
    {
      sizes: ['int32_t', MAX_LOOPS],
      from_steps: ['int32_t', MAX_LOOPS],
      to_steps: ['int32_t', MAX_LOOPS],
      from: 'int32_t',
      to: 'int32_t',
      run: 'int32_t',
    },
  ),
  parameters: 'const void *input, void *output',
});

/** Row-major strides of a shape, in elements. */
export function strides(shape: readonly number[]): number[] {
  const result = Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    result[axis] = result[axis + 1]! * shape[axis + 1]!;
  }
  return result;
}

/** Carries out a copy on values: the reference of every data-moving operator. */
export function copyStrided(copy: StridedCopy, from: Value, to: Value): void {
  const [source, target] = [from.data as Int8Array, to.data as Int8Array];
  const move = (loop: number, at: number, into: number): void => {
    if (loop === copy.sizes.length) {
      target[into] = source[at]!;
      return;
    }
    for (let i = 0; i < copy.sizes[loop]!; i++) {
      move(loop + 1, at + i * copy.from.steps[loop]!, into + i * copy.to.steps[loop]!);
    }
  };
  move(0, copy.from.offset, copy.to.offset);
}

/** The same copy in fewer loops: neighbours that step alike on both sides are merged. */
export function mergeLoops(copy: StridedCopy): StridedCopy {
  const sizes: number[] = [];
  const from: number[] = [];
  const to: number[] = [];
  copy.sizes.forEach((size, i) => {
    if (size === 1) return;
    const [a, b, last] = [copy.from.steps[i]!, copy.to.steps[i]!, sizes.length - 1];
    if (last >= 0 && from[last] === a * size && to[last] === b * size) {
      sizes[last]! *= size;
      from[last] = a;
      to[last] = b;
    } else {
      sizes.push(size);
      from.push(a);
      to.push(b);
    }
  });
  return {
    sizes,
    from: { offset: copy.from.offset, steps: from },
    to: { offset: copy.to.offset, steps: to },
  };
}

/**
 * What copies take: runs of one byte, longer runs, the words of those that lie on words on both
 * sides, their other bytes, and ends of inner loops.
 */
export function copyWork(copies: readonly StridedCopy[], { dtype }: TensorType) {
  const width = bytesPerElement(dtype);
  const work = { singles: 0, runs: 0, words: 0, bytes: 0, carries: 0 };
  for (const { sizes, run, from, to } of copies.map(mergeRuns)) {
    const moves = product(sizes);
    const places = [from, to].flatMap(({ offset, steps }) => [
      offset,
      ...steps.slice(0, sizes.length),
    ]);
    const words = places.every((n) => (n * width) % 4 === 0) ? (run * width) >> 2 : 0;
    work[run * width === 1 ? 'singles' : 'runs'] += moves;
    work.words += moves * words;
    if (run * width > 1) work.bytes += moves * (run * width - 4 * words);
    work.carries += carriesOf(sizes);
  }
  return work;
}

/** How often the inner loops of nested loops end. */
export function carriesOf(sizes: readonly number[]): number {
  return sizes.reduce((sum, _, loop) => sum + product(sizes.slice(0, loop)), 0);
}

/** A call of the C kernel nn_copy, all lengths in bytes; whole runs become one memcpy. */
export function copyCall(
  copy: StridedCopy,
  type: TensorType,
  input: number,
  output = 0,
): KernelCall {
  const width = bytesPerElement(type.dtype);
  const { sizes, from, to, run } = mergeRuns(copy);
  const loops = sizes.length;
  const fill = (numbers: readonly number[], value: number, scale: number) => [
    ...Array<number>(MAX_LOOPS - loops).fill(value),
    ...numbers.slice(0, loops).map((n) => n * scale),
  ];
  const fields = {
    sizes: fill(sizes, 1, 1),
    from_steps: fill(from.steps, 0, width),
    to_steps: fill(to.steps, 0, width),
    from: from.offset * width,
    to: to.offset * width,
    run: run * width,
  };
  return call(copyUnits({}), fields, { inputs: [input], outputs: [output] });
}

// Merged loops over runs of elements that lie side by side in both tensors.
function mergeRuns(copy: StridedCopy): StridedCopy & { readonly run: number } {
  const { sizes, from, to } = mergeLoops(copy);
  const run = from.steps.at(-1) === 1 && to.steps.at(-1) === 1 ? sizes.at(-1)! : 1;
  return { sizes: run > 1 ? sizes.slice(0, -1) : sizes, from, to, run };
}

/** A copy from one of a node's inputs to one of its outputs, the first one when left out. */
export interface PlacedCopy {
  readonly copy: StridedCopy;
  readonly input: number;
  readonly output?: number;
}

/** The kernel of an operator that only moves elements. */
export function copyKernel<Attrs>(
  name: string,
  copies: (node: TypedNode<Attrs>) => readonly PlacedCopy[],
): Kernel<Attrs> {
  return {
    name,
    units: [copyUnits],
    reject: () => undefined,
    cost: (node) =>
      plainCost(
        copyWork(
          copies(node).map(({ copy }) => copy),
          node.outputs[0]!,
        ),
        copies(node).map(() => copyUnits({})),
      ),
    code: (node) =>
      copies(node).map(({ copy, input, output }) =>
        copyCall(copy, node.outputs[0]!, input, output),
      ),
  };
}
