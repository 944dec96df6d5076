import type { CodedFormat } from '../../encode/coded.ts';
import { LONGEST_CODE } from '../../encode/huffman.ts';
import type { TypedNode } from '../../ir/types.ts';
import { HOST_TARGET } from '../../target/target.ts';
import type { ConstantArray } from '../constant-array.ts';
import { wholeLayout, workOfPart } from '../kernel.ts';
import type { Choice, Cost, Kernel, KernelCall } from '../kernel.ts';
import { memoiseLayer } from '../rows.ts';
import type { ScratchPlace } from '../scratch-place.ts';
import { decodeCall, divide, measureParts } from './parts.ts';
import type { Spans } from './parts.ts';
import { decodeBytes, decodePairs } from './units.ts';

/** Bytes of the table that decoding makes, in working memory that the kernel's own takes over. */
export const TABLE_BYTES = 2 * 2 ** LONGEST_CODE;

/**
 * A kernel whose weights lie in flash as Huffman codes: each call decodes them into working memory first.
 * `spans` tells where they lie in its member `weights`, all of it when left out.
 */
export function codedKernel<Attrs>(
  kernel: Kernel<Attrs>,
  format: CodedFormat,
  spans?: (node: TypedNode<Attrs>) => Spans,
): Kernel<Attrs> {
  const unit = format.split === 'pairs' ? decodePairs : decodeBytes;
  const inner = (choice: Choice): Choice => ({ ...choice, format: kernel.formats![0]! });
  const partsOf = memoiseLayer((node: TypedNode<Attrs>) => {
    const [call] = kernel.code(node, inner({ target: HOST_TARGET }), wholeLayout(node));
    const parts = divide(call!.fields.weights as ConstantArray, spans?.(node));
    return { ...parts, ...measureParts(parts, format) };
  });
  return {
    ...kernel,
    name: `${kernel.name}_coded`,
    units: [unit, ...kernel.units],
    formats: [format],
    reject(node, choice) {
      if (kernel.rows && node.outputs[0]!.shape[0] !== 1) return 'takes one image';
      return kernel.reject(node, inner(choice));
    },
    cost(node, choice) {
      const cost = kernel.cost(node, inner(choice));
      const { words, plain, bytes, distinct } = partsOf(node);
      const all = words.byteLength + plain.byteLength;
      return {
        work: {
          ...{ symbols: words.byteLength, distinct, plain: plain.length },
          ...workOfPart(kernel.name, cost),
        },
        constantBytes: cost.constantBytes - all + bytes,
        scratchBytes: startOf(cost) + all,
        calls: [unit({}), ...cost.calls],
      };
    },
    code(node, choice, layout) {
      const start = startOf(kernel.cost(node, inner(choice)));
      const weights: ScratchPlace = { scratchAt: start };
      return [
        decodeCall(partsOf(node), format, start / 4),
        ...kernel
          .code(node, inner(choice), layout)
          .map((call): KernelCall => ({ ...call, fields: { ...call.fields, weights } })),
      ];
    },
  };
}

// Where decoded weights begin: behind what the kernel within needs, and the table.
function startOf({ scratchBytes }: Cost): number {
  return 4 * Math.ceil(Math.max(scratchBytes, TABLE_BYTES) / 4);
}
