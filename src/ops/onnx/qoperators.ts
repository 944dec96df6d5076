import type { Quantization, TensorId } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import { floats, constantValue } from '../../ir/values.ts';
import { bytesOf } from '../../support/bytes.ts';
import { roundHalfEven } from '../../support/fixed-point.ts';
import { dense } from '../dense/dense.ts';
import type { Activation } from '../activation/clamp.ts';
import { add } from '../elementwise/add.ts';
import { mul } from '../elementwise/mul.ts';
import { mean } from '../reduce/mean.ts';
import { dequantize, quantize } from '../quantize/quantize.ts';
import { Unsupported } from '../op.ts';
import { mapped } from './align.ts';
import { combine } from './binary.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { convolve } from './conv.ts';
import { averageOf } from './pool.ts';
import { rowsTimes } from './matrix.ts';
import { labelConstant, labelledAs, quantization } from './quantized.ts';
import { isComputed, scaledProduct } from './scaled.ts';
import { fromPlane, planeOf } from './spatial.ts';
import { OnnxValue } from './value.ts';

/**
 * Operators on 8 bits, byte for byte as ONNX Runtime's web build computes them: sums in int32, then
 * y = clamp(roundHalfEven(f32(f32(sum) * scale)) + zero). Where it computes in floats, so do these.
 */
export const QOPERATOR_READERS: OnnxReaders = {
  QLinearConv: readConv,
  QLinearMatMul: (call) =>
    isComputed(call, 1, 2, 4, 5, 6, 7)
      ? scaledProduct(call)
      : matrixProduct(call, [0, 3], [6, 7], undefined),
  'com.microsoft:QGemm': readGemm,
  'com.microsoft:QLinearAdd': (call) => inFloats(call, ([a, b]) => combine(add, a!, b!)),
  'com.microsoft:QLinearMul': (call) => inFloats(call, ([a, b]) => combine(mul, a!, b!)),
  'com.microsoft:QLinearAveragePool': readAveragePool,
  'com.microsoft:QLinearGlobalAveragePool': readGlobalAverage,
};

/** x and scales, w and scales, scales of y, bias: QLinearConv's inputs. */
function readConv(call: OnnxCall): readonly OnnxValue[] {
  const x = operand(call, 0);
  const w = call.input(3);
  const weights = quantization(call, 4, 5, 0, w.rank);
  const output = quantization(call, 6, 7);
  const bias = call.inputs[8] && integerBias(call.inputs[8], x, weights);
  const attrs = { activation: activationOf(call, output), rounding: 'float' } as const;
  const label = (tensor: TensorId, axis: number) => labelConstant(w, tensor, { ...weights, axis });
  return [convolve(call, x, w, bias, { attrs, label, type: { dtype: 'int8', quant: output } })];
}

/** a and scales, b and scales, c, scales of y; b's columns are output channels unless it is transposed. */
function readGemm(call: OnnxCall): readonly OnnxValue[] {
  const scales = call.number('alpha', 1) !== 1 || call.number('beta', 1) !== 1;
  if (scales || call.number('transA', 0) !== 0)
    throw new Unsupported('it scales or transposes its input');
  if (!call.inputs[7]) throw new Unsupported('it gives floats');
  return matrixProduct(call, [0, 3], [7, 8], 6, call.number('transB', 0) !== 0);
}

function matrixProduct(
  call: OnnxCall,
  [a, b]: readonly [number, number],
  [scale, zero]: readonly [number, number],
  bias: number | undefined,
  transposed = false,
): readonly OnnxValue[] {
  const rows = operand(call, a);
  const w = call.input(b);
  if (w.rank !== 2 || !w.isConstant)
    throw new Unsupported('its second operand is no constant matrix');
  const matrix = transposed ? w : w.transposed([1, 0]);
  const weights = { ...quantization(call, b + 1, b + 2, 0, 2), axis: 0 };
  const quant = quantization(call, scale, zero);
  const c = bias === undefined ? undefined : call.inputs[bias];
  const attrs = {
    activation: activationOf(call, quant),
    rounding: 'float',
    keepDims: true,
  } as const;
  const type = { dtype: 'int8', quant } as const;
  const scaled = c && integerBias(c, rows, weights);
  return [
    rowsTimes(rows, matrix, (x, m) => {
      const inputs = [x, labelConstant(w, m, weights), scaled];
      return call.emitter.emit(dense, attrs, inputs, [type])[0]!;
    }),
  ];
}

/** A sum of dequantized values in floats, then quantized. */
function readAveragePool(call: OnnxCall): readonly OnnxValue[] {
  call.ignore('channels_last');
  return inFloats(call, ([x]) => averageOf(call, x!), [3, 4], 1);
}

function readGlobalAverage(call: OnnxCall): readonly OnnxValue[] {
  if (call.number('channels_last', 0) !== 0) throw new Unsupported('its channels are last');
  const x = operand(call, 0);
  const type = { dtype: 'int8', quant: quantization(call, 3, 4) } as const;
  const attrs = { axes: [1, 2], keepDims: true, rounding: 'float' } as const;
  return [
    fromPlane(call.emitter, call.emitter.emit(mean, attrs, [planeOf(x)], [type])[0]!, x.rank),
  ];
}

// Operands at inputs 0 and 3, each with scale and zero point behind it, and those of the result at `result`.
function inFloats(
  call: OnnxCall,
  compute: (values: readonly OnnxValue[]) => OnnxValue,
  result: readonly [number, number] = [6, 7],
  count = 2,
): readonly OnnxValue[] {
  const { emitter } = call;
  const values = [0, 3]
    .slice(0, count)
    .map((position) =>
      mapped(
        operand(call, position),
        (stored) => emitter.emit(dequantize, {}, [stored], [{ dtype: 'float32' }])[0]!,
      ),
    );
  const type = { dtype: 'int8', quant: quantization(call, ...result) } as const;
  return [
    mapped(
      compute(values),
      (stored) => emitter.emit(quantize, { rounding: 'float' }, [stored], [type])[0]!,
    ),
  ];
}

/** The operand at a position, with the scale and the zero point that follow it. */
function operand(call: OnnxCall, position: number): OnnxValue {
  return labelledAs(call.input(position), quantization(call, position + 1, position + 2));
}

/** A bias in steps of input times weights; one of floats is quantized so, halves to even. */
function integerBias(bias: OnnxValue, x: OnnxValue, weights: Quantization): TensorId {
  const { emitter } = bias;
  if (bias.dtype !== 'float32') return bias.natural();
  const tensor = emitter.tensor(bias.natural());
  const input = x.quant!.scales[0]!;
  const numbers = floats(constantValue(tensor)).map((b, c) => {
    const scale = weights.scales[weights.scales.length > 1 ? c : 0]!;
    return roundHalfEven(Math.fround(b / Math.fround(input * scale)));
  });
  const type = { dtype: 'int32', shape: [elements(tensor)] } as const;
  return emitter.constant(tensor.name, type, bytesOf(Int32Array.from(numbers)));
}

const LIMITS = { low: 'thimble_low', high: 'thimble_high' } as const;

/**
 * The clamp that stood between an operator and what quantized its result (import/onnx/qdq.ts), as a
 * part of the operator: none where 8 bits reach no further.
 */
function activationOf(call: OnnxCall, { scales, zeroPoints }: Quantization): Activation {
  const [low, high] = [call.number(LIMITS.low, -Infinity), call.number(LIMITS.high, Infinity)];
  const [least, most] = [-128, 127].map((stored) => scales[0]! * (stored - zeroPoints[0]!));
  const below = low <= least!;
  const above = high >= most!;
  if (below && above) return 'none';
  if (above && low === 0) return 'relu';
  if (low === 0 && high === 6) return 'relu6';
  if (low === -1 && high === 1) return 'relu_n1_to_1';
  throw new Unsupported(`its result is clamped to ${low} to ${high}, within what its 8 bits hold`);
}
