import { tensorOf } from '../ir/graph.ts';
import { byteLength, storedRange } from '../ir/types.ts';
import type { Graph, Tensor } from '../ir/types.ts';
import { valueFromBytes } from '../ir/values.ts';
import type { Diagnostic } from '../support/diagnostics.ts';

/** Inputs of an int8 model that use less of its range than this were scaled for another one. */
const LEAST_SHARE = 0.25;
/** As many values at either end of it were most likely beyond. */
const MOST_AT_ENDS = 0.5;

/** Warnings where inputs (raw bytes of each) do not look like what the model's first tensors hold. */
export function describeUnlikely(graph: Graph, inputs: readonly Uint8Array[]): Diagnostic[] {
  let offset = 0;
  return graph.inputs.flatMap((id) => {
    const tensor = tensorOf(graph, id);
    const [start, end] = [offset, (offset += byteLength(tensor))];
    const spread = spreadOf(
      tensor,
      inputs.map((bytes) => bytes.subarray(start, end)),
    );
    const problem = spread && problemOf(tensor, spread);
    if (!problem) return [];
    return {
      code: 'unlikely-inputs',
      message: `the inputs do not look like what the model takes: ${problem}`,
      where: `input "${tensor.name}"`,
      hint: 'see that they are scaled as in training ("preprocess" in thimble.config.json does it for pictures and sounds)',
    };
  });
}

interface Spread {
  readonly low: number;
  readonly high: number;
  /** Share of values that are the least or the greatest of the type. */
  readonly atEnds: number;
  readonly areWhole: boolean;
}

function spreadOf(tensor: Tensor, parts: readonly Uint8Array[]): Spread | undefined {
  const [least, most] = storedRange(tensor.dtype);
  let [low, high, ends, count, areWhole] = [Infinity, -Infinity, 0, 0, true];
  for (const part of parts) {
    const { data } = valueFromBytes(tensor, part);
    if (data instanceof BigInt64Array) return undefined;
    for (const value of data) {
      if (value < low) low = value;
      if (value > high) high = value;
      if (value === least || value === most) ends += 1;
      if (!Number.isInteger(value)) areWhole = false;
    }
    count += data.length;
  }
  return count === 0 ? undefined : { low, high, atEnds: ends / count, areWhole };
}

function problemOf(
  { dtype, quant }: Tensor,
  { low, high, atEnds, areWhole }: Spread,
): string | undefined {
  if (low === high) return `every value of every one is ${low}`;
  if (dtype === 'float32')
    return areWhole && low >= 0 && high > 2 && high <= 255
      ? `whole numbers from ${low} to ${high} are the levels of pixels, which most float models take from 0 to 1 or from -1 to 1`
      : undefined;
  if (!quant) return undefined;
  const [least, most] = storedRange(dtype);
  if (high - low < LEAST_SHARE * (most - least))
    return `they lie from ${low} to ${high}, of ${least} to ${most} that it tells apart`;
  return atEnds > MOST_AT_ENDS
    ? `${(100 * atEnds).toFixed(0)} % of the values are ${least} or ${most}, the ends of its range`
    : undefined;
}
