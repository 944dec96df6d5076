import { z } from 'zod';
import type { TypedNode, Value } from '../../ir/types.ts';
import { elements, perTensor } from '../../ir/types.ts';
import { emptyValue, floats, int8s } from '../../ir/values.ts';
import { clamp, doublingHighMul, roundingDivideByPOT } from '../../support/fixed-point.ts';
import { expf } from '../../support/float32.ts';
import { table, unit } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { defineOp } from '../op.ts';
import { rejectUnlessUniform } from '../types.ts';
import * as gemmlowp from '../gemmlowp.ts';
import { exponentials, rows } from './exponentials.ts';

export interface SoftmaxAttrs {
  readonly beta: number;
  /** int8 only: TFLite Micro's fixed point, or LiteRT's float table (legacy uint8 models). */
  readonly arithmetic: 'fixed' | 'float';
}

type SoftmaxNode = TypedNode<SoftmaxAttrs>;

/** Over the last dimension. */
export const softmax = defineOp<SoftmaxAttrs>({
  name: 'softmax',
  summary: 'Softmax over the last dimension',
  attributes: z.strictObject({ beta: z.number(), arithmetic: z.enum(['fixed', 'float']) }),
  inferShapes: (_, [input]) => [input!.shape],
  reject(node) {
    const output = node.outputs[0]!;
    const { scale, zeroPoint } = perTensor(output);
    if (output.dtype === 'int8' && (zeroPoint !== -128 || Math.abs(scale * 256 - 1) > 1e-3)) {
      return `its output has scale ${scale} and zero point ${zeroPoint}, TFLite fixes 1/256 and -128`;
    }
    return rejectUnlessUniform(node);
  },
  evaluate: (node, [input]) => [
    node.outputs[0]!.dtype === 'float32'
      ? softmaxF32(node, input!)
      : node.attrs.arithmetic === 'fixed'
        ? softmaxS8(node, input!)
        : softmaxTable(node, input!),
  ],
  kernels: [fixedKernel(), tableKernel(), floatKernel()],
  quantize: { scale: 1 / 256, zeroPoint: -128 },
  tflite: {
    SOFTMAX: ({ options }) => ({ attrs: { beta: options.float(0), arithmetic: 'fixed' } }),
  },
});

/** Source: tensorflow/lite/kernels/internal/reference/softmax.h, Softmax on int8. */
function softmaxS8(node: SoftmaxNode, value: Value): Value {
  const output = emptyValue(node.outputs[0]!);
  const [input, out] = [int8s(value), int8s(output)];
  const { exp } = exponentials(perTensor(value.type).scale, node.attrs.beta);
  for (const [start, end] of rows(value.type)) {
    const most = Math.max(...input.subarray(start, end));
    let sum = 0;
    for (let i = start; i < end; i++) sum += roundingDivideByPOT(exp[most - input[i]!] ?? 0, 12);
    const bits = Math.clz32(sum);
    const scale = gemmlowp.oneOverOnePlus(((sum << bits) >>> 0) - 2 ** 31);
    const exponent = 12 - bits + 23;
    for (let i = start; i < end; i++) {
      const e = exp[most - input[i]!];
      const share = e === undefined || exponent > 31 ? 0 : doublingHighMul(scale, e);
      out[i] = clamp(roundingDivideByPOT(share, Math.min(exponent, 31)) - 128, -128, 127);
    }
  }
  return output;
}

/** Source: tensorflow/lite/kernels/internal/optimized/optimized_ops.h, SoftmaxInt8LUT on uint8. */
function softmaxTable(node: SoftmaxNode, value: Value): Value {
  const output = emptyValue(node.outputs[0]!);
  const [input, out] = [int8s(value), int8s(output)];
  const exp = floatTable(node);
  const { scale } = perTensor(output.type);
  for (const [start, end] of rows(value.type)) {
    const most = Math.max(...input.subarray(start, end));
    let sum = 0;
    for (let i = start; i < end; i++) sum = Math.fround(sum + exp[most - input[i]!]!);
    const inverse = Math.fround(1 / Math.fround(sum * scale));
    for (let i = start; i < end; i++) {
      const share = Math.fround(Math.fround(exp[most - input[i]!]! * inverse) + 0.5);
      out[i] = clamp(Math.trunc(share) - 128, -128, 127);
    }
  }
  return output;
}

// e^(-scale * beta * d) for d = 0 … 255.
function floatTable(node: SoftmaxNode): Float32Array {
  const scale = Math.fround(-perTensor(node.inputs[0]!).scale * node.attrs.beta);
  return Float32Array.from({ length: 256 }, (_, d) => expf(Math.fround(scale * d)));
}

/** Source: reference/softmax.h, Softmax on float. */
function softmaxF32(node: SoftmaxNode, value: Value): Value {
  const output = emptyValue(node.outputs[0]!);
  const [input, out] = [floats(value), floats(output)];
  for (const [start, end] of rows(value.type)) {
    let most = input[start]!;
    for (let i = start; i < end; i++) if (input[i]! > most) most = input[i]!;
    let sum = 0;
    for (let i = start; i < end; i++) {
      out[i] = expf(Math.fround(Math.fround(input[i]! - most) * node.attrs.beta));
      sum = Math.fround(sum + out[i]!);
    }
    for (let i = start; i < end; i++) out[i] = Math.fround(out[i]! / sum);
  }
  return output;
}

function fixedKernel(): Kernel<SoftmaxAttrs> {
  return {
    name: 'softmax_s8_c',
    reject: ({ attrs, outputs }) =>
      outputs[0]!.dtype === 'int8' && attrs.arithmetic === 'fixed'
        ? undefined
        : 'takes int8 in fixed point',
    cost: (node) => ({ cycles: elements(node.outputs[0]!) * 40 + 200, scratchBytes: 0 }),
    code(node) {
      const { exp } = exponentials(perTensor(node.inputs[0]!).scale, node.attrs.beta);
      return softmaxCode(node, 'nn_softmax_s8', 'nn_softmax_fixed', 'softmax/softmax-s8', {
        exp_count: exp.length,
        exp: table('exp', exp),
      });
    },
    inPlace: [0],
  };
}

function tableKernel(): Kernel<SoftmaxAttrs> {
  return {
    name: 'softmax_s8_table',
    reject: ({ attrs, outputs }) =>
      outputs[0]!.dtype === 'int8' && attrs.arithmetic === 'float'
        ? undefined
        : 'takes int8 by a float table',
    cost: (node) => ({ cycles: elements(node.outputs[0]!) * 40 + 200, scratchBytes: 0 }),
    code: (node) =>
      softmaxCode(node, 'nn_softmax_s8_table', 'nn_softmax_table', 'softmax/softmax-s8-table', {
        scale: perTensor(node.outputs[0]!).scale,
        exp: table('exp', floatTable(node)),
      }),
    inPlace: [0],
  };
}

function floatKernel(): Kernel<SoftmaxAttrs> {
  return {
    name: 'softmax_f32_c',
    reject: ({ outputs }) => (outputs[0]!.dtype === 'float32' ? undefined : 'takes float32'),
    cost: (node, target) => ({
      cycles: elements(node.outputs[0]!) * (target.fpu ? 90 : 800),
      scratchBytes: 0,
    }),
    code: (node) =>
      softmaxCode(node, 'nn_softmax_f32', 'nn_softmax_float', 'softmax/softmax-f32', {
        beta: node.attrs.beta,
      }),
    inPlace: [0],
  };
}

function softmaxCode(
  node: SoftmaxNode,
  name: string,
  struct: string,
  template: string,
  specific: Readonly<Record<string, number | ReturnType<typeof table>>>,
) {
  const depth = node.inputs[0]!.shape.at(-1)!;
  const fields = { outer: elements(node.inputs[0]!) / depth, depth, ...specific };
  const headers = ['nn_softmax.h', ...(name.endsWith('_f32') ? ['nn_math.h'] : [])];
  return {
    calls: [{ struct, function: name, fields, inputs: [0] }],
    units: [unit(name, template, headers)],
    scratchBytes: 0,
  };
}
