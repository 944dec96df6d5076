import type { TfliteModel, TfliteOperator, TfliteTensor } from '../formats/tflite/records.ts';
import { elements } from '../ir/types.ts';
import { bytesOf, product } from '../support/bytes.ts';

/** Operators whose weights may be int8 where their other operands are floats (dynamic range). */
const HYBRID: readonly string[] = [
  ...['CONV_2D', 'DEPTHWISE_CONV_2D', 'FULLY_CONNECTED', 'TRANSPOSE_CONV', 'BATCH_MATMUL'],
  ...['GATHER', 'EMBEDDING_LOOKUP'],
];

/** A model of dynamic range quantization as the float model that it stands for. */
export interface Widened {
  readonly model: TfliteModel;
  /** How many constants became floats. */
  readonly count: number;
}

/**
 * Replaces int8 constants that operators on floats read by the numbers that they stand for. TFLite
 * would quantize the other operand, too, anew for each inference; here it stays as it is.
 */
export function widenWeights(model: TfliteModel): Widened {
  const tensors = [...model.tensors];
  const widened = new Map<TfliteTensor, TfliteTensor>();
  const wide = (tensor: TfliteTensor): TfliteTensor => {
    const known = widened.get(tensor);
    if (known) return known;
    const kept = Object.entries(tensor).filter(([field]) => field !== 'quant');
    const made: TfliteTensor = {
      ...(Object.fromEntries(kept) as unknown as TfliteTensor),
      ...{ index: tensors.length, dtype: 'float32', data: bytesOf(realNumbers(tensor)) },
    };
    tensors.push(made);
    widened.set(tensor, made);
    return made;
  };
  const operators = model.operators.map((operator) =>
    isHybrid(operator)
      ? {
          ...operator,
          inputs: operator.inputs.map((tensor) =>
            tensor && isNarrow(tensor) ? wide(tensor) : tensor,
          ),
        }
      : operator,
  );
  return widened.size === 0
    ? { model, count: 0 }
    : { model: { ...model, tensors, operators }, count: widened.size };
}

function isHybrid({ code, inputs, outputs }: TfliteOperator): boolean {
  if (!HYBRID.includes(code) || outputs[0]?.dtype !== 'float32') return false;
  return inputs.some((tensor) => tensor && isNarrow(tensor));
}

function isNarrow({ dtype, data, quant }: TfliteTensor): boolean {
  return dtype === 'int8' && data !== undefined && quant !== undefined;
}

// scale * (stored - zero point), the scale being that of the place along the quantized axis.
function realNumbers({ shape, quant, data }: TfliteTensor): Float32Array {
  const { scales, zeroPoints, axis } = quant!;
  const inner = product(shape.slice(axis + 1));
  const stored = new Int8Array(Uint8Array.from(data!).buffer);
  return Float32Array.from({ length: elements({ dtype: 'int8', shape }) }, (_, i) => {
    const channel = scales.length > 1 ? Math.floor(i / inner) % scales.length : 0;
    return scales[channel]! * (stored[i]! - (zeroPoints[channel] ?? zeroPoints[0] ?? 0));
  });
}
