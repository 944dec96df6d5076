import type { Quantization, TensorId } from '../../ir/types.ts';
import { sameQuantization } from '../../ir/types.ts';
import { dequantize, quantize } from '../quantize/quantize.ts';
import { Unsupported } from '../op.ts';
import { dtypeOfCode } from '../../formats/onnx/type-records.ts';
import { mapped } from './align.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { dequantizeInFloats, isComputed, quantizeInFloats } from './scaled.ts';
import { OnnxValue } from './value.ts';

/** To 8 bits and back. uint8 has become int8 before any of these is read (import/onnx/signed.ts). */
export const QUANTIZE_READERS: OnnxReaders = {
  QuantizeLinear: readQuantize,
  DequantizeLinear: readDequantize,
  'thimble:Flip': readFlip,
};

/** round(x / scale) + zero, halves to even. */
function readQuantize(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const wanted = call.inputs[2]?.dtype ?? dtypeOfCode(call.number('output_dtype', 0)) ?? 'int8';
  const blocks = call.number('block_size', 0) !== 0;
  if (blocks || isComputed(call, 1, 2) || wanted !== 'int8' || x.dtype !== 'float32')
    return quantizeInFloats(call);
  const quant = quantization(call, 1, 2, call.number('axis', 1), x.rank);
  call.ignore('saturate', 'precision');
  const type = { dtype: 'int8', quant } as const;
  return [
    mapped(x, (stored) => call.emitter.emit(quantize, { rounding: 'float' }, [stored], [type])[0]!),
  ];
}

/** scale * (x - zero). */
function readDequantize(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const blocks = call.number('block_size', 0) !== 0;
  if (blocks || isComputed(call, 1, 2) || x.dtype !== 'int8') return dequantizeInFloats(call);
  const quant = quantization(call, 1, 2, call.number('axis', 1), x.rank);
  const labelled = labelledAs(x, quant);
  return [
    mapped(
      labelled,
      (stored) => call.emitter.emit(dequantize, {}, [stored], [{ dtype: 'float32' }])[0]!,
    ),
  ];
}

/** uint8 to int8 or back: the model's own inputs and outputs stay what they are. */
function readFlip(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const { scales, zeroPoints, axis } = x.quant!;
  const by = x.dtype === 'uint8' ? -128 : 128;
  const quant = { scales, zeroPoints: zeroPoints.map((zero) => zero + by), axis };
  const type = { dtype: x.dtype === 'uint8' ? 'int8' : 'uint8', quant } as const;
  return [
    mapped(
      x,
      (stored) => call.emitter.emit(quantize, { rounding: 'double' }, [stored], [type])[0]!,
    ),
  ];
}

/** Scales and zero points that stand at two inputs of a call; `axis` is theirs where there are several. */
export function quantization(
  call: OnnxCall,
  scale: number,
  zero: number,
  axis = 0,
  rank = 1,
): Quantization {
  const scales = call.numbers(scale, 'scale');
  if (!scales?.length) throw new Unsupported('it has no scale');
  const zeros = call.numbers(zero, 'zero point') ?? [0];
  const zeroPoints = scales.map((_, i) => zeros[zeros.length > 1 ? i : 0]!);
  const wrong = scales.find((each) => !(each > 0 && each < Infinity));
  if (wrong !== undefined) throw new Unsupported(`its scale is ${wrong}`);
  return { scales, zeroPoints, axis: scales.length > 1 ? call.axis(axis, rank) : 0 };
}

/** A value whose stored numbers mean what a quantization says; a constant gets it, others must have it. */
export function labelledAs(x: OnnxValue, quant: Quantization): OnnxValue {
  const { emitter } = x;
  const { dtype, shape } = x;
  const own = x.quant && { dtype, shape, quant: x.quant };
  if (own && sameQuantization(own, { dtype, shape, quant })) return x;
  if (x.isConstant) return OnnxValue.natural(emitter, labelConstant(x, x.natural(), quant));
  throw new Unsupported(
    x.quant
      ? 'its input is quantized otherwise where it is written'
      : 'its input has no scale and zero point where it is written',
  );
}

/** A constant tensor of a value under a quantization. */
export function labelConstant(
  { emitter }: OnnxValue,
  tensor: TensorId,
  quant: Quantization,
): TensorId {
  const { name, dtype, shape, data } = emitter.tensor(tensor);
  if (!data) throw new Unsupported(`its weights "${name}" are not constant`);
  return emitter.constant(name, { dtype, shape, quant }, data);
}
