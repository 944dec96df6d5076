import { tensorOf } from '../../ir/graph.ts';
import type { Graph } from '../../ir/types.ts';
import { bytesPerElement, elements, perTensor } from '../../ir/types.ts';
import { bytesOf, concatBytes } from '../../support/bytes.ts';
import { clamp } from '../../support/fixed-point.ts';
import { floats, valueFromBytes } from '../../ir/values.ts';

/** Inputs of a float model (raw bytes) as its quantized form takes them: int8 where that has int8 inputs. */
export function storeInputs(quantized: Graph, input: Uint8Array): Uint8Array {
  let offset = 0;
  return concatBytes(
    quantized.inputs.map((id) => {
      const tensor = tensorOf(quantized, id);
      const width = tensor.dtype === 'int8' ? 4 : bytesPerElement(tensor.dtype);
      const bytes = input.subarray(offset, (offset += width * elements(tensor)));
      if (tensor.dtype !== 'int8') return bytes;
      const { scale, zeroPoint } = perTensor(tensor);
      const values = floats(valueFromBytes({ dtype: 'float32', shape: tensor.shape }, bytes));
      return bytesOf(
        Int8Array.from(values, (x) => clamp(Math.round(x / scale) + zeroPoint, -128, 127)),
      );
    }),
  );
}
