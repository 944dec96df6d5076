import { emptyValue } from '../../ir/values.ts';
import type { TypedNode } from '../../ir/types.ts';
import type { Kernel } from '../kernel.ts';
import { defineOp } from '../op.ts';
import type { Op } from '../op.ts';
import { rejectUnlessCopy } from '../types.ts';
import { fillCall, fillUnits, fillWork, rejectFill } from './fill.ts';
import { copyKernel, copyStrided, MAX_LOOPS, mergeLoops } from './strided.ts';
import type { PlacedCopy } from './strided.ts';

/** What makes one operator that moves elements, and never looks at them, different from the others. */
interface Move<Attrs> extends Pick<
  Op<Attrs>,
  'name' | 'summary' | 'attributes' | 'operands' | 'inferShapes' | 'channels' | 'tflite'
> {
  /** What goes where; together they write every element that `fill` does not. */
  copies(node: TypedNode<Attrs>): readonly PlacedCopy[];
  /** The stored value of elements that nothing is moved to; of operators with one output. */
  fill?(node: TypedNode<Attrs>): number;
  /** As many copies at most: each one has a struct in flash. */
  readonly most?: number;
}

/** An operator that moves elements of any type: the reference and the kernel carry out its copies. */
export function defineMove<Attrs>(move: Move<Attrs>): Op<Attrs> {
  const { copies, fill, most = 64, ...op } = move;
  const kernel = copyKernel('move_c', copies);
  return defineOp<Attrs>({
    ...op,
    reject: (node) =>
      rejectUnlessCopy(node) ??
      (fill && rejectBorder(node, fill)) ??
      rejectCopies(copies(node), most),
    evaluate(node, inputs) {
      const outputs = node.outputs.map(emptyValue);
      const value = fill?.(node) ?? 0;
      if (value !== 0) (outputs[0]!.data as Int8Array).fill(value);
      for (const { copy, input, output = 0 } of copies(node))
        copyStrided(copy, inputs[input]!, outputs[output]!);
      return outputs;
    },
    kernels: [fill ? filledKernel(kernel, fill) : kernel],
    quantize: 'same',
  });
}

function rejectBorder<Attrs>(
  node: TypedNode<Attrs>,
  fill: (node: TypedNode<Attrs>) => number,
): string | undefined {
  const output = node.outputs[0]!;
  if ((output.quant?.scales.length ?? 1) > 1)
    return 'it fills a tensor that has a scale per channel';
  return rejectFill(output, fill(node));
}

function rejectCopies(copies: readonly PlacedCopy[], most: number): string | undefined {
  if (copies.length > most) return `it takes ${copies.length} copies, more than ${most}`;
  const deep = copies.some(({ copy }) => mergeLoops(copy).sizes.length > MAX_LOOPS);
  return deep ? 'it moves along too many axes at once' : undefined;
}

// The same kernel after the output has been filled.
function filledKernel<Attrs>(
  kernel: Kernel<Attrs>,
  fill: (node: TypedNode<Attrs>) => number,
): Kernel<Attrs> {
  const first = (node: TypedNode<Attrs>) => fillCall(node.outputs[0]!, fill(node));
  return {
    ...kernel,
    name: 'pad_c',
    units: [...fillUnits, ...kernel.units],
    cost(node, choice) {
      const { work, calls, ...cost } = kernel.cost(node, choice);
      return {
        ...cost,
        work: { ...fillWork(node.outputs[0]!), ...work },
        calls: [first(node).unit, ...calls],
      };
    },
    code: (node, choice, layout) => [first(node), ...kernel.code(node, choice, layout)],
  };
}
