import type { Tensor } from '../../ir/types.ts';
import { bytesPerElement } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';

/** A tensor with only some of its places along an axis; data, scales and zero points follow. */
export function takeAlong(
  tensor: Omit<Tensor, 'id'>,
  axis: number,
  places: readonly number[],
): Omit<Tensor, 'id'> {
  const { name, dtype, shape, quant, data } = tensor;
  const size = shape[axis]!;
  const inner = product(shape.slice(axis + 1)) * bytesPerElement(dtype);
  const perPlace = quant?.axis === axis && size > 1;
  const pick = (all: readonly number[]) =>
    all.length === size ? places.map((place) => all[place]!) : all;
  return {
    ...{ name, dtype, shape: shape.map((n, i) => (i === axis ? places.length : n)) },
    ...(quant && {
      quant: perPlace
        ? { ...quant, scales: pick(quant.scales), zeroPoints: pick(quant.zeroPoints) }
        : quant,
    }),
    ...(data && { data: takeBytes(data, { inner, size, places }) }),
  };
}

interface Blocks {
  /** Bytes of one place. */
  readonly inner: number;
  readonly size: number;
  readonly places: readonly number[];
}

function takeBytes(data: Uint8Array, { inner, size, places }: Blocks): Uint8Array {
  const outer = data.length / (inner * size);
  const taken = new Uint8Array(outer * places.length * inner);
  let to = 0;
  for (let i = 0; i < outer; i++)
    for (const place of places) {
      const from = (i * size + place) * inner;
      taken.set(data.subarray(from, from + inner), to);
      to += inner;
    }
  return taken;
}
