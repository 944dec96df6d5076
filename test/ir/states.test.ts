import { describe, expect, it } from 'vitest';
import { readThimble, writeThimble } from '../../src/formats/thimble/container.ts';
import { importModel } from '../../src/import/import-model.ts';
import { toThimble } from '../../src/import/from-thimble.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { parseGraph } from '../../src/ir/parse.ts';
import { printGraph } from '../../src/ir/print.ts';
import type { State } from '../../src/ir/types.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { smallNetwork } from '../support/small-model.ts';

// sum' = sum + x, which is also the output; last' = x.
const TEXT = `graph "sums"
input %0 "x" : i8[1,2] q(1,0)
state %1 "sum" : i8[1,2] q(1,0) = 0afb
state %2 "last" : i8[1,2] q(1,7)
%3 = add(%1, %0) {"activation":"none","rounding":"double"} : "next" i8[1,2] q(1,0) @ "m" 0 "add"
%4 = quantize(%0) {"rounding":"double"} : "shifted" i8[1,2] q(1,7) @ "m" 1 "quantize"
output %3
output %2
next %1 = %3
next %2 = %4
`;

describe('the interpreter', () => {
  it('keeps states from run to run until it is reset', () => {
    const reference = new Interpreter(parseGraph(TEXT));
    const run = (...x: number[]) => [...new Int8Array(reference.runBytes(new Uint8Array(x)))];
    expect(run(1, 2)).toEqual([11, -3, 7, 7]);
    expect(run(100, 100)).toEqual([111, 97, 8, 9]);
    expect(run(100, 0)).toEqual([127, 97, 107, 107]);
    reference.reset();
    expect(run(1, 2)).toEqual([11, -3, 7, 7]);
  });
});

describe('a .thimble file', () => {
  const versionOf = (bytes: Uint8Array) =>
    new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
  const bytes = writeThimble(toThimble(parseGraph(TEXT), 'test'));

  it('has states, in version 2', () => {
    expect(versionOf(bytes)).toBe(2);
    expect(printGraph(importModel(bytes, 'm'))).toBe(TEXT);
  });

  it('without states is version 1, which older readers take', () => {
    const plain = writeThimble(toThimble(smallNetwork(), 'test'));
    expect(versionOf(plain)).toBe(1);
    expect(readThimble(plain).states ?? []).toEqual([]);
  });

  it.each([
    [1, /it has states, which format version 1 has not/],
    [5, /format version 5; this thimble reads versions 1 to 4/],
  ])('with states that says version %i is refused', (version, message) => {
    const other = bytes.slice();
    new DataView(other.buffer).setUint32(8, version, true);
    expect(() => importModel(other, 'm')).toThrow(message);
  });
});

describe('a graph whose states make no sense is found out', () => {
  const graph = parseGraph(TEXT);
  const [sum, last] = [graph.states[0]!, graph.states[1]!];
  const faults: readonly (readonly [State[], string])[] = [
    [
      [{ ...sum, write: 2 }, last],
      'the state %1 is i8[1,2] q(1,0), and becomes %2, i8[1,2] q(1,7)',
    ],
    [[{ ...sum, initial: Uint8Array.of(1) }, last], 'the state %1 begins with 1 bytes of 2'],
    [[sum, { ...last, read: 0 }], 'the state %0 is something else, too'],
    [[sum, sum, last], 'the state %1 is something else, too'],
    [[sum, { ...last, read: 9 }], 'the state %9 has no type'],
    [[sum, { ...last, write: 9 }], 'what the state %2 is next is never written'],
    [[sum, last, { read: 3, write: 3 }], '%3 is written twice'],
  ];
  it.each(faults)('%j', (states, message) => {
    expect(() => verifyGraph({ ...graph, states }, 'a pass')).toThrow(message);
  });

  it('a state that becomes a constant', () => {
    const text = TEXT.replace('state %1', 'const %8 "c" : i8[1,2] q(1,0) = 0000\nstate %1');
    const constant = parseGraph(text.replace('next %1 = %3', 'next %1 = %8'));
    expect(() => verifyGraph(constant, 'a pass')).toThrow('the state %1 becomes the constant %8');
  });
});
