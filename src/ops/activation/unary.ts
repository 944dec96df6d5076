import type { z } from 'zod';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import type { TensorType, TypedNode, Value } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import { emptyValue } from '../../ir/values.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { carried, wholeRanges } from '../channels.ts';
import { lutKernel, lutRanges } from '../lut.ts';
import { defineOp } from '../op.ts';
import type { Op, QuantizeRule, Read } from '../op.ts';
import { rowByRow } from '../rows.ts';
import { struct } from '../struct.ts';
import type { FieldsOf } from '../struct.ts';
import { rejectUnlessUniform, rejectUnlessUniformWide } from '../types.ts';
import { isWide } from '../wide.ts';
import { unitFamily } from '../unit.ts';

const UNARY_F32 = struct('nn_unary_f32', 'A function of each value by itself.', {
  count: 'int32_t',
  alpha: 'float',
  low: 'float',
  high: 'float',
});
type Parameters = Omit<FieldsOf<(typeof UNARY_F32)['members']>, 'count'>;

/** What makes one activation function different from the others. */
export interface Unary<Attrs> {
  readonly name: string;
  readonly summary: string;
  readonly attributes: z.ZodType<Attrs>;
  /** Readers by TFLite operator. */
  readonly tflite: Readonly<Record<string, (operator: TfliteOperator) => Attrs>>;
  readonly quantize?: QuantizeRule;
  /** Constraints on the types beside int8, int16 or float32 throughout. */
  reject?(node: TypedNode<Attrs>): string | undefined;
  /** The name of its kernel for 8 bits, '<name>_s8_table' when left out. */
  readonly table?: string;
  /** Stored output of a stored input. */
  integer(node: TypedNode<Attrs>): (stored: number) => number;
  float(attrs: Attrs): (x: number) => number;
  /** Its kernel on int16, with the same `integer`; left out: it takes none. */
  readonly wide?: Kernel<Attrs>;
  /** The float kernel: its template, what that prints, and members of nn_unary_f32. */
  readonly f32: {
    readonly template: string;
    readonly headers?: readonly string[];
    readonly view?: Readonly<Record<string, string>>;
    fields?(attrs: Attrs): Partial<Parameters>;
  };
}

/** An operator that maps each value by itself: a table in int8, its formula in float. */
export function defineUnary<Attrs>(unary: Unary<Attrs>): Op<Attrs> {
  return defineOp<Attrs>({
    name: unary.name,
    summary: unary.summary,
    attributes: unary.attributes,
    anyRank: true,
    inferShapes: (_, [input]) => [input!.shape],
    reject: (node) =>
      (unary.wide && isWide(node) ? rejectUnlessUniformWide(node) : rejectUnlessUniform(node)) ??
      unary.reject?.(node),
    evaluate: (node, [input]) => [evaluate(unary, node, input!)],
    kernels: [
      lutKernel<Attrs>(unary.table ?? `${unary.name}_s8_table`, (node) => unary.integer(node)),
      ...(unary.wide ? [unary.wide] : []),
      floatKernel(unary),
    ],
    rows: rowByRow,
    quantize: unary.quantize ?? 'measured',
    channels: {
      ranges: (node, [input]) => [
        node.outputs[0]!.dtype === 'int8'
          ? lutRanges(unary.integer(node), input!)
          : wholeRanges(node.outputs[0]!),
      ],
      flow: carried,
    },
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
  const units = unitFamily({
    name: `nn_${name}_f32`,
    template: `activation/${f32.template}`,
    headers: f32.headers ?? [],
    view: f32.view ?? {},
    struct: UNARY_F32,
    parameters: 'const nn_float *input, nn_float *output',
  });
  return {
    name: `${name}_f32_c`,
    units: [units],
    reject: (node) => (isFloat(node.outputs[0]!) ? undefined : 'takes float32'),
    cost: (node) => plainCost({ outputs: elements(node.outputs[0]!) }, [units({})]),
    code(node) {
      const count = elements(node.outputs[0]!);
      const none = { alpha: 0, low: 0, high: 0 };
      return [call(units({}), { count, ...none, ...f32.fields?.(node.attrs) })];
    },
    inPlace: [0],
  };
}

function isFloat(type: TensorType): boolean {
  return type.dtype === 'float32';
}
