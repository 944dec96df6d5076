import { NO_OPTIONS } from '../formats/tflite/no-options.ts';
import type { DType } from '../support/dtypes.ts';
import type { TfliteModel, TfliteOperator, TfliteTensor } from '../formats/tflite/records.ts';

/** Operators that make other types of uint8; CAST's is a plain number. */
const RETYPES = ['QUANTIZE', 'DEQUANTIZE', 'CAST'];

/** Whether uint8 tensors are computed on, not only converted at the model's ends. */
export function hasLegacyUint8(model: TfliteModel): boolean {
  return model.operators.some(
    (operator) => !RETYPES.includes(operator.code) && has(operator, 'uint8'),
  );
}

/** Whether an operator computes as legacy uint8 models do: all its 8-bit tensors are uint8. */
export function isLegacyUint8(operator: TfliteOperator): boolean {
  return has(operator, 'uint8') && !has(operator, 'int8');
}

/** Whether an operator mixes int8 and uint8 without being there to convert them. */
export function mixesSigns(operator: TfliteOperator): boolean {
  return !RETYPES.includes(operator.code) && has(operator, 'uint8') && has(operator, 'int8');
}

function has({ inputs, outputs }: TfliteOperator, dtype: DType): boolean {
  return [...inputs, ...outputs].some((tensor) => tensor?.dtype === dtype);
}

/**
 * The same model on int8: every uint8 tensor q becomes q - 128 with its zero point, which stands
 * for the same real numbers. The model's own inputs and outputs stay uint8, behind QUANTIZE
 * operators that flip the top bit.
 */
export function toInt8(model: TfliteModel): TfliteModel {
  const plain = new Set(
    model.operators
      .filter(({ code }) => code === 'CAST')
      .flatMap(({ inputs, outputs }) => [...inputs, ...outputs]),
  );
  const tensors = model.tensors.map((tensor) => (plain.has(tensor) ? tensor : shift(tensor)));
  const added: TfliteOperator[] = [];
  const edge = (tensor: TfliteTensor, side: 'input' | 'output'): TfliteTensor => {
    if (tensor.dtype !== 'uint8' || plain.has(tensor)) return tensors[tensor.index]!;
    const outer = { ...tensor, index: tensors.length };
    tensors.push(outer);
    const inner = tensors[tensor.index]!;
    const [from, to] = side === 'input' ? [outer, inner] : [inner, outer];
    added.push({
      code: 'QUANTIZE',
      options: NO_OPTIONS,
      optionsType: 0,
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
