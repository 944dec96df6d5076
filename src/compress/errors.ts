import { Interpreter } from '../interpret/interpret.ts';
import type { Graph, TensorId } from '../ir/types.ts';
import { perTensor } from '../ir/types.ts';
import { floats, int8s } from '../ir/values.ts';

/** How far a quantized tensor is from the float one, over all inputs. */
export interface LayerError {
  readonly tensor: string;
  readonly op: string;
  /** Signal-to-quantization-noise ratio in decibels; Infinity when both agree. */
  readonly sqnr: number;
  readonly largest: number;
}

/** Compares the tensors that both graphs have, by id, on the given float inputs. */
export function layerErrors(
  float: Graph,
  quantized: Graph,
  inputs: readonly Uint8Array[],
): LayerError[] {
  const [a, b] = [new Interpreter(float), new Interpreter(quantized)];
  const sums = new Map<TensorId, { signal: number; noise: number; largest: number }>();
  for (const input of inputs) {
    const exact = new Map<TensorId, Float32Array>();
    a.runBytes(input, (id, value) => exact.set(id, floats(value)));
    b.runBytes(input, (id, value) => {
      const want = exact.get(id);
      if (!want || value.type.dtype !== 'int8') return;
      const { scale, zeroPoint } = perTensor(value.type);
      const sum = sums.get(id) ?? { signal: 0, noise: 0, largest: 0 };
      int8s(value).forEach((stored, i) => {
        const difference = Math.abs(scale * (stored - zeroPoint) - want[i]!);
        sum.signal += want[i]! ** 2;
        sum.noise += difference ** 2;
        sum.largest = Math.max(sum.largest, difference);
      });
      sums.set(id, sum);
    });
  }
  return float.nodes.flatMap(({ op, outputs }) =>
    outputs.flatMap((id) => {
      const sum = sums.get(id);
      if (!sum) return [];
      const sqnr = sum.noise === 0 ? Infinity : 10 * Math.log10(sum.signal / sum.noise);
      return [{ tensor: float.tensors.get(id)!.name, op, sqnr, largest: sum.largest }];
    }),
  );
}
