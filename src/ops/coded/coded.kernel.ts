import type { CodeSize, CodedFormat } from '../../encode/coded.ts';
import { LONGEST_CODE } from '../../encode/huffman.ts';
import type { TypedNode } from '../../ir/types.ts';
import { HOST_TARGET } from '../../target/target.ts';
import type { ConstantArray } from '../constant-array.ts';
import { wholeLayout, workOfPart } from '../kernel.ts';
import type { Choice, Cost, Kernel, KernelCall } from '../kernel.ts';
import { memoiseLayer } from '../rows.ts';
import { memoise } from '../../support/memoise.ts';
import type { ScratchPlace } from '../scratch-place.ts';
import { decodeCall, divide } from './parts.ts';
import type { Spans } from './parts.ts';
import { decodeBytes, decodePairs } from './units.ts';

/** Bytes of the tables that decoding makes, in working memory that the kernel's own takes over. */
export function tableBytes({ gaps }: CodedFormat): number {
  return (gaps ? 2 : 1) * 2 * 2 ** LONGEST_CODE;
}

/** What decoding words of weights takes, whatever reads them. */
export function decodingWork({ gaps }: CodedFormat, words: number, size: CodeSize) {
  const { symbols, distinct } = size;
  return { ...(gaps ? { entries: symbols, filled: words } : { symbols }), distinct };
}

/**
 * A kernel whose weights lie in flash as Huffman codes: each call decodes them into working memory first.
 * `spans` tells where they lie in its member `weights`, all of it when left out.
 */
export function codedKernel<Attrs>(
  kernel: Kernel<Attrs>,
  formats: readonly CodedFormat[],
  spans?: (node: TypedNode<Attrs>) => Spans,
): Kernel<Attrs> {
  const unit = formats[0]!.split === 'pairs' ? decodePairs : decodeBytes;
  const formatOf = ({ format }: Choice) => format as CodedFormat;
  const inner = (choice: Choice): Choice => ({ ...choice, format: kernel.formats![0]! });
  const partsOf = memoiseLayer((node: TypedNode<Attrs>) => {
    const [call] = kernel.code(node, inner({ target: HOST_TARGET }), wholeLayout(node));
    return divide(call!.fields.weights as ConstantArray, spans?.(node));
  });
  const sizesOf = memoiseLayer((node: TypedNode<Attrs>) =>
    memoise((format: CodedFormat) => format.measureWords(partsOf(node).words)),
  );
  return {
    ...kernel,
    name: `${kernel.name}_coded`,
    units: [unit, ...kernel.units],
    formats,
    reject(node, choice) {
      if (kernel.rows && node.outputs[0]!.shape[0] !== 1) return 'takes one image';
      return kernel.reject(node, inner(choice));
    },
    cost(node, choice) {
      const cost = kernel.cost(node, inner(choice));
      const format = formatOf(choice);
      const { words, plain } = partsOf(node);
      const size = sizesOf(node)(format);
      const all = words.byteLength + plain.byteLength;
      return {
        work: {
          ...{ ...decodingWork(format, words.length, size), plain: plain.length },
          ...workOfPart(kernel.name, cost),
        },
        constantBytes: cost.constantBytes - words.byteLength + size.bytes,
        scratchBytes: startOf(cost, format) + all,
        calls: [unit(format), ...cost.calls],
      };
    },
    code(node, choice, layout) {
      const format = formatOf(choice);
      const start = startOf(kernel.cost(node, inner(choice)), format);
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

// Where decoded weights begin: behind what the kernel within needs, and the tables.
function startOf({ scratchBytes }: Cost, format: CodedFormat): number {
  return 4 * Math.ceil(Math.max(scratchBytes, tableBytes(format)) / 4);
}
