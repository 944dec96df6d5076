import { z } from 'zod';
import type { DType, Tensor, TypedNode, Value } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import { emptyValue, int32s } from '../../ir/values.ts';
import { product } from '../../support/bytes.ts';
import { axis, size } from '../attributes.ts';
import { cElement } from '../c-element.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { checkAxes, defineOp, Unsupported } from '../op.ts';
import { struct } from '../struct.ts';
import { constantNumbersOf } from '../tflite-constants.ts';
import { rejectUnlessCopy } from '../types.ts';
import { unitFamily } from '../unit.ts';

export interface TopKAttrs {
  readonly axis: number;
  readonly k: number;
  /** The largest values come first, else the smallest. */
  readonly largest: boolean;
}

type TopKNode = TypedNode<TopKAttrs>;

const TYPES: readonly DType[] = ['float32', 'int8', 'uint8', 'int16', 'int32', 'int64'];

/**
 * The first k entries along an axis in falling or rising order, and their places. Of equal values the
 * first comes first; what is no number comes last. Source: tensorflow/lite/kernels/topk_v2.cc.
 */
export const topK = defineOp<TopKAttrs>({
  name: 'top_k',
  summary: 'The k largest or smallest entries along an axis, in order, and their places',
  attributes: z.strictObject({ axis, k: size.min(1), largest: z.boolean() }),
  inferShapes({ axis, k }, [input]) {
    checkAxes([axis], input!.shape);
    if (k > input!.shape[axis]!)
      throw new Unsupported(`it takes ${k} of the ${input!.shape[axis]} entries of axis ${axis}`);
    const shape = input!.shape.map((size, i) => (i === axis ? k : size));
    return [shape, shape];
  },
  reject(node) {
    const [input] = node.inputs as readonly Tensor[];
    const [values, places] = node.outputs;
    if (!TYPES.includes(input!.dtype)) return `it works on ${input!.dtype}`;
    if (places!.dtype !== 'int32') return `its places are ${places!.dtype}, not int32`;
    return rejectUnlessCopy({ ...node, outputs: [values!] });
  },
  evaluate: (node, [input]) => evaluate(node, input!),
  kernels: [kernelOf()],
  quantize: 'keep-float',
  tflite: {
    TOPK_V2(operator) {
      const rank = operator.inputs[0]?.shape.length ?? 0;
      const [k = 0] = constantNumbersOf(operator, 1, 'k', 1);
      return { attrs: { axis: rank - 1, k, largest: true }, keep: [0] };
    },
  },
});

function evaluate(node: TopKNode, input: Value): Value[] {
  const [values, places] = [emptyValue(node.outputs[0]!), emptyValue(node.outputs[1]!)];
  const [from, to, at] = [input.data as Float32Array, values.data as Float32Array, int32s(places)];
  const { outer, count, inner, k } = sizesOf(node);
  const isNumber = (x: number) => typeof x === 'bigint' || !Number.isNaN(x);
  const beyond = (a: number, b: number) =>
    isNumber(a) && (!isNumber(b) || (node.attrs.largest ? a > b : a < b));
  for (let row = 0; row < outer * inner; row++) {
    const start = Math.floor(row / inner) * count * inner + (row % inner);
    const order = Array.from({ length: count }, (_, i) => i).sort((i, j) => {
      const [a, b] = [from[start + i * inner]!, from[start + j * inner]!];
      return beyond(a, b) ? -1 : beyond(b, a) ? 1 : i - j;
    });
    order.slice(0, k).forEach((i, j) => {
      const place = Math.floor(row / inner) * k * inner + (row % inner) + j * inner;
      to[place] = from[start + i * inner]!;
      at[place] = i;
    });
  }
  return [values, places];
}

function kernelOf(): Kernel<TopKAttrs> {
  const families = new Map(
    TYPES.map((dtype) => {
      const { suffix, ctype, held } = cElement(dtype);
      const units = unitFamily({
        name: `nn_top_k_${suffix}`,
        template: 'gather/top-k',
        headers: ['nn_types.h'],
        struct: struct('nn_top_k', 'The first k along the middle of [outer, count, inner].', {
          outer: 'int32_t',
          count: 'int32_t',
          inner: 'int32_t',
          k: 'int32_t',
          largest: 'int32_t',
        }),
        parameters: `const ${ctype} *input, ${ctype} *values, int32_t *places`,
        view: { held, float: dtype === 'float32' },
      });
      return [dtype, units];
    }),
  );
  const unitOf = ({ inputs }: TypedNode) => families.get(inputs[0]!.dtype)!({});
  return {
    name: 'top_k_c',
    units: [...families.values()],
    reject: () => undefined,
    cost: (node) => plainCost(workOf(node), [unitOf(node)]),
    code: (node) => [
      call(
        unitOf(node),
        { ...sizesOf(node), largest: Number(node.attrs.largest) },
        { outputs: [0, 1] },
      ),
    ],
  };
}

function sizesOf({ attrs, inputs }: TopKNode) {
  const { shape } = inputs[0]!;
  return {
    outer: product(shape.slice(0, attrs.axis)),
    count: shape[attrs.axis]!,
    inner: product(shape.slice(attrs.axis + 1)),
    k: attrs.k,
  };
}

function workOf(node: TopKNode) {
  const looks = elements(node.inputs[0]!) * node.attrs.k;
  const { dtype } = node.inputs[0]!;
  const [float, wide] = [dtype === 'float32', dtype === 'int64'];
  return {
    outputs: elements(node.outputs[0]!),
    floats: float ? looks : 0,
    wide: wide ? looks : 0,
    integers: float || wide ? 0 : looks,
  };
}
