import { describe, expect, it } from 'vitest';
import { writeThimble } from '../../src/formats/thimble/container.ts';
import type { ThimbleModel, ThimbleTensor } from '../../src/formats/thimble/records.ts';
import { toThimble } from '../../src/import/from-thimble.ts';
import { importModel } from '../../src/import/import-model.ts';
import { printGraph } from '../../src/ir/print.ts';
import { sparseNetwork } from '../support/sparse-network.ts';

const graph = sparseNetwork();
const model = toThimble(graph, 'test');
const versionOf = (bytes: Uint8Array) => new DataView(bytes.buffer).getUint32(8, true);
const read = (changed: ThimbleModel) => importModel(writeThimble(changed).slice(), 'm.thimble');
const dataOf = (id: number) => graph.tensors.get(id)!.data!;

function changeCoded(change: (tensor: ThimbleTensor) => ThimbleTensor): ThimbleModel {
  const tensors = model.tensors.map((tensor) => (tensor.encoded ? change(tensor) : tensor));
  return { ...model, tensors };
}

const plain = changeCoded(({ encoded: _codes, ...tensor }) => ({
  ...tensor,
  data: dataOf(tensor.id ?? 0),
}));

describe('a .thimble file keeps weights in codes', () => {
  it('as version 3, in fewer bytes, and gives them back', () => {
    const [coded, former] = [writeThimble(model).slice(), writeThimble(plain).slice()];
    expect([versionOf(coded), versionOf(former)]).toEqual([3, 1]);
    expect(coded.length).toBeLessThan(former.length);
    expect(printGraph(read(model))).toBe(printGraph(graph));
    expect(printGraph(read(plain))).toBe(printGraph(graph));
  });

  it('and says so in its version', () => {
    const bytes = writeThimble(model).slice();
    new DataView(bytes.buffer).setUint32(8, 2, true);
    const message = /has encoded constants, which format version 2 has not/;
    expect(() => importModel(bytes, 'm.thimble')).toThrow(message);
  });

  it.each<[string, ThimbleModel, RegExp]>([
    [
      'data beside them',
      changeCoded((tensor) => ({ ...tensor, data: dataOf(tensor.id ?? 0) })),
      /has data, and codes of it/,
    ],
    [
      'wider elements',
      changeCoded(({ quantization: _, ...tensor }) => ({ ...tensor, dtype: 'int32' })),
      /has codes, which elements of int32 have not/,
    ],
    [
      'too few codes',
      changeCoded(({ encoded, ...tensor }) => ({
        ...tensor,
        encoded: { ...encoded!, values: encoded!.values.slice(0, 24) },
      })),
      /has codes that make no sense/,
    ],
  ])('%s: refused', (_, changed, message) => {
    expect(() => read(changed)).toThrow(message);
    expect(() => read(changed)).toThrow(/malformed-model/);
  });
});
