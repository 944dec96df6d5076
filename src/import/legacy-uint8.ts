import { NO_OPTIONS } from '../formats/tflite/no-options.ts';
import type { TfliteModel, TfliteOperator, TfliteTensor } from '../formats/tflite/records.ts';

const RETYPES = ['QUANTIZE', 'DEQUANTIZE'];

/** Whether uint8 tensors are computed on, not only converted at the model's ends. */
export function isLegacyUint8(model: TfliteModel): boolean {
  return model.operators.some(
    ({ code, inputs, outputs }) =>
      !RETYPES.includes(code) &&
      [...inputs, ...outputs].some((tensor) => tensor?.dtype === 'uint8'),
  );
}

/**
 * The same model on int8: every uint8 tensor q becomes q - 128 with its zero point, which stands
 * for the same real numbers. The model's own inputs and outputs stay uint8, behind QUANTIZE
 * operators that flip the top bit.
 */
export function toInt8(model: TfliteModel): TfliteModel {
  const tensors = model.tensors.map(shift);
  const added: TfliteOperator[] = [];
  const edge = (tensor: TfliteTensor, side: 'input' | 'output'): TfliteTensor => {
    if (tensor.dtype !== 'uint8') return tensors[tensor.index]!;
    const outer = { ...tensor, index: tensors.length };
    tensors.push(outer);
    const inner = tensors[tensor.index]!;
    const [from, to] = side === 'input' ? [outer, inner] : [inner, outer];
    added.push({
      code: 'QUANTIZE',
      options: NO_OPTIONS,
      index: model.operators.length + added.length,
      inputs: [from],
      outputs: [to],
    });
    return outer;
  };
  const inputs = model.inputs.map((tensor) => edge(tensor, 'input'));
  const outputs = model.outputs.map((tensor) => edge(tensor, 'output'));
  const operators = model.operators.map((operator) => ({
    ...operator,
    inputs: operator.inputs.map((tensor) => tensor && tensors[tensor.index]!),
    outputs: operator.outputs.map((tensor) => tensors[tensor.index]!),
  }));
  return { tensors, operators: [...operators, ...added], inputs, outputs };
}

function shift(tensor: TfliteTensor): TfliteTensor {
  if (tensor.dtype !== 'uint8') return tensor;
  const quant = tensor.quant && {
    ...tensor.quant,
    zeroPoints: tensor.quant.zeroPoints.map((zeroPoint) => zeroPoint - 128),
  };
  const data = tensor.data?.map((byte) => byte ^ 0x80);
  return { ...tensor, dtype: 'int8', ...(quant && { quant }), ...(data && { data }) };
}
