import { toWords } from '../../encode/coded.ts';
import type { CodedFormat } from '../../encode/coded.ts';
import type { ConstantArray } from '../constant-array.ts';
import { table } from '../constant-array.ts';
import { call } from '../kernel.ts';
import type { KernelCall } from '../kernel.ts';
import { decodeBytes, decodePairs } from './units.ts';

/** Where the weights lie among the constant words of a kernel: so many words of each group of channels. */
export interface Spans {
  readonly groups: number;
  readonly before: number;
  readonly coded: number;
  readonly after: number;
}

/** The constant words of a kernel: those that are coded, and the others in their order. */
export interface Parts extends Spans {
  readonly words: Uint32Array;
  readonly plain: Uint32Array;
}

/** Divides constants that are words of weights in the given spans, and all that follows the last is plain. */
export function divide({ array }: ConstantArray, spans?: Spans): Parts {
  const all = toWords(array as Uint32Array);
  const { groups, before, coded, after } = spans ?? {
    ...{ groups: 1, before: 0, coded: all.length, after: 0 },
  };
  const words: number[] = [];
  const plain: number[] = [];
  const period = before + coded + after;
  all.forEach((word, i) => {
    const at = i % period;
    const isCoded = i < groups * period && at >= before && at < before + coded;
    (isCoded ? words : plain).push(word);
  });
  return {
    ...{ groups, before, coded, after },
    words: Uint32Array.from(words),
    plain: Uint32Array.from(plain),
  };
}

/** The call that puts the constants together again, from a word of the working memory on. */
export function decodeCall(parts: Parts, format: CodedFormat, at: number): KernelCall {
  const { groups, before, coded, after, words, plain } = parts;
  const codes = format.encodeWords(words);
  const fields = {
    at,
    code_words: codes.length,
    codes: table('codes', codes, format.name),
  };
  const none = { inputs: [], outputs: [] };
  if (format.split === 'bytes')
    return call(decodeBytes(format), { ...fields, words: words.length }, none);
  const tail = plain.length - groups * (before + after);
  return call(
    decodePairs(format),
    { ...fields, groups, before, coded, after, tail, plain: table('plain', plain) },
    none,
  );
}
