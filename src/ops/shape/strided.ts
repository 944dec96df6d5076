import type { TensorType, Value } from '../../ir/types.ts';
import { bytesPerElement, elements } from '../../ir/types.ts';
import { unit } from '../kernel.ts';
import type { Kernel, KernelCall } from '../kernel.ts';
import type { TypedNode } from '../../ir/types.ts';

/** Elements moved from one tensor to another: nested loops, each with a step on either side. */
export interface StridedCopy {
  readonly sizes: readonly number[];
  readonly from: { readonly offset: number; readonly steps: readonly number[] };
  readonly to: { readonly offset: number; readonly steps: readonly number[] };
}

export const MAX_LOOPS = 6;

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

/** A call of the C kernel nn_copy, all lengths in bytes; whole runs become one memcpy. */
export function copyCall(
  copy: StridedCopy,
  type: TensorType,
  input: number,
  output = 0,
): KernelCall {
  const width = bytesPerElement(type.dtype);
  const { sizes, from, to } = mergeLoops(copy);
  const run = from.steps.at(-1) === 1 && to.steps.at(-1) === 1 ? sizes.at(-1)! : 1;
  const loops = run > 1 ? sizes.length - 1 : sizes.length;
  const fill = (numbers: readonly number[], value: number, scale: number) => [
    ...Array<number>(MAX_LOOPS - loops).fill(value),
    ...numbers.slice(0, loops).map((n) => n * scale),
  ];
  return {
    struct: 'nn_strided_copy',
    function: 'nn_copy',
    fields: {
      sizes: fill(sizes, 1, 1),
      from_steps: fill(from.steps, 0, width),
      to_steps: fill(to.steps, 0, width),
      from: from.offset * width,
      to: to.offset * width,
      run: run * width,
    },
    inputs: [input],
    output,
  };
}

export const COPY_UNIT = unit('nn_copy', 'shape/copy', ['nn_shape.h']);

/** The kernel of an operator that only moves elements. */
export function copyKernel<Attrs>(
  name: string,
  copies: (
    node: TypedNode<Attrs>,
  ) => readonly { copy: StridedCopy; input: number; output?: number }[],
): Kernel<Attrs> {
  return {
    name,
    reject: () => undefined,
    cost: (node) => ({
      cycles: node.outputs.reduce((sum, output) => sum + elements(output) * 3, 0),
      scratchBytes: 0,
    }),
    code: (node) => ({
      calls: copies(node).map(({ copy, input, output }) =>
        copyCall(copy, node.outputs[0]!, input, output),
      ),
      units: [COPY_UNIT],
      scratchBytes: 0,
    }),
  };
}
