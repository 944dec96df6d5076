import type { z } from 'zod';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import type { TensorType, TypedNode, Value } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import { emptyValue } from '../../ir/values.ts';
import { unit } from '../kernel.ts';
import type { Field, Kernel } from '../kernel.ts';
import { lutKernel } from '../lut.ts';
import { defineOp } from '../op.ts';
import type { Op, QuantizeRule, Read } from '../op.ts';
import { rejectUnlessUniform } from '../types.ts';

/** What makes one activation function different from the others. */
export interface Unary<Attrs> {
  readonly name: string;
  readonly summary: string;
  readonly attributes: z.ZodType<Attrs>;
  /** Readers by TFLite operator. */
  readonly tflite: Readonly<Record<string, (operator: TfliteOperator) => Attrs>>;
  readonly quantize?: QuantizeRule;
  /** Constraints on the types beside int8 or float32 throughout. */
  reject?(node: TypedNode<Attrs>): string | undefined;
  /** Stored output of a stored input. */
  integer(node: TypedNode<Attrs>): (stored: number) => number;
  float(attrs: Attrs): (x: number) => number;
  /** The float kernel: its template, members of nn_unary_f32, and cycles for a value with an FPU. */
  readonly f32: {
    readonly template: string;
    readonly headers?: readonly string[];
    readonly cycles: number;
    fields?(attrs: Attrs): Readonly<Record<string, Field>>;
  };
}

/** An operator that maps each value by itself: a table in int8, its formula in float. */
export function defineUnary<Attrs>(unary: Unary<Attrs>): Op<Attrs> {
  return defineOp<Attrs>({
    name: unary.name,
    summary: unary.summary,
    attributes: unary.attributes,
    inferShapes: (_, [input]) => [input!.shape],
    reject: (node) => rejectUnlessUniform(node) ?? unary.reject?.(node),
    evaluate: (node, [input]) => [evaluate(unary, node, input!)],
    kernels: [
      lutKernel<Attrs>(`${unary.name}_s8_table`, (node) => unary.integer(node)),
      floatKernel(unary),
    ],
    quantize: unary.quantize ?? 'measured',
    tflite: Object.fromEntries(
      Object.entries(unary.tflite).map(([code, read]) => [
        code,
        (operator: TfliteOperator): Read<Attrs> => ({ attrs: read(operator) }),
      ]),
    ),
  });
}

function evaluate<Attrs>(unary: Unary<Attrs>, node: TypedNode<Attrs>, input: Value): Value {
  const output = emptyValue(node.outputs[0]!);
  const [from, to] = [
    input.data as Int8Array | Float32Array,
    output.data as Int8Array | Float32Array,
  ];
  const map = isFloat(output.type) ? unary.float(node.attrs) : unary.integer(node);
  for (let i = 0; i < to.length; i++) to[i] = map(from[i]!);
  return output;
}

function floatKernel<Attrs>({ name, f32 }: Unary<Attrs>): Kernel<Attrs> {
  return {
    name: `${name}_f32_c`,
    reject: (node) => (isFloat(node.outputs[0]!) ? undefined : 'takes float32'),
    cost: (node, target) => ({
      cycles: elements(node.outputs[0]!) * f32.cycles * (target.fpu ? 1 : 10),
      scratchBytes: 0,
    }),
    code(node) {
      const fields = { count: elements(node.outputs[0]!), ...f32.fields?.(node.attrs) };
      const kernel = `nn_${name}_f32`;
      const headers = ['nn_elementwise.h', ...(f32.headers ?? [])];
      return {
        calls: [{ struct: 'nn_unary_f32', function: kernel, fields, inputs: [0] }],
        units: [unit(kernel, `activation/${f32.template}`, headers)],
        scratchBytes: 0,
      };
    },
    inPlace: [0],
  };
}

function isFloat(type: TensorType): boolean {
  return type.dtype === 'float32';
}
