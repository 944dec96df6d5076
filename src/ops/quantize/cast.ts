import type { DType, TypedNode } from '../../ir/types.ts';
import { elements, storedRange } from '../../ir/types.ts';
import { emptyValue } from '../../ir/values.ts';
import { clamp } from '../../support/fixed-point.ts';
import { noAttributes } from '../attributes.ts';
import { cElement } from '../c-element.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { defineOp } from '../op.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';

const WHOLE: readonly DType[] = ['bool', 'int8', 'uint8', 'int16', 'int32', 'int64'];

/** From float and from int32 to anything, and back. */
const PAIRS: readonly (readonly [DType, DType])[] = [
  ...WHOLE.map((dtype) => ['float32', dtype] as const),
  ...WHOLE.map((dtype) => [dtype, 'float32'] as const),
  ...WHOLE.filter((dtype) => dtype !== 'int32').flatMap((dtype) => [
    ['int32', dtype] as const,
    [dtype, 'int32'] as const,
  ]),
];

const CAST = struct('nn_cast', 'Numbers under another type.', { count: 'int32_t' });

/** Of limits.h, without what follows the type's name. */
const LIMITS: Partial<Record<DType, string>> = {
  ...{ int8: 'INT8', uint8: 'UINT8', int16: 'INT16', int32: 'INT32', int64: 'INT64' },
};

/** Source: tensorflow/lite/micro/kernels/cast.cc; floats beyond the type's range become its ends. */
export const cast = defineOp<object>({
  name: 'cast',
  summary: 'Numbers under another type: floats lose what follows the point',
  attributes: noAttributes,
  anyRank: true,
  inferShapes: (_, [input]) => [input!.shape],
  reject({ inputs: [input], outputs: [output] }) {
    const [from, to] = [input!.dtype, output!.dtype];
    if (!PAIRS.some(([a, b]) => a === from && b === to)) return `it casts ${from} to ${to}`;
    const scaled = [input!, output!].find(({ quant }) => quant);
    return scaled && `its tensor "${scaled.name}" is quantized`;
  },
  evaluate(node, [input]) {
    const output = emptyValue(node.outputs[0]!);
    const of = castBetween(input!.type.dtype, output.type.dtype);
    const [from, to] = [input!.data as Float32Array, output.data as Float32Array];
    for (let i = 0; i < to.length; i++) to[i] = of(from[i]!) as number;
    return [output];
  },
  kernels: [castKernel()],
  quantize: 'keep-float',
  tflite: {
    CAST({ options }) {
      // The types, which the tensors' own repeat.
      for (const field of [0, 1]) options.byte(field);
      return { attrs: {} };
    },
  },
});

type Cast = (x: number | bigint) => number | bigint;

// Whole numbers wrap, as their arrays do when they are written.
function castBetween(from: DType, to: DType): Cast {
  if (to === 'bool') return (x) => Number(Number(x) !== 0);
  if (from === 'float32') return to === 'int64' ? floatTo64 : floatToWhole(to);
  if (to === 'float32') return (x) => (typeof x === 'bigint' ? float64(x) : x);
  if (to === 'int64') return BigInt;
  return (x) => (typeof x === 'bigint' ? Number(BigInt.asIntN(32, x)) : x);
}

function floatToWhole(dtype: DType): Cast {
  const [low, high] = storedRange(dtype);
  return (x) => (Number.isNaN(x) ? 0 : Math.trunc(clamp(Number(x), low, high)));
}

function floatTo64(x: number | bigint): bigint {
  if (Number.isNaN(x)) return 0n;
  if (x >= 2 ** 63) return 2n ** 63n - 1n;
  return x < -(2 ** 63) ? -(2n ** 63n) : BigInt(Math.trunc(Number(x)));
}

// The nearest float; a double alone would round twice.
function float64(x: bigint): number {
  if (BigInt.asIntN(52, x) === x) return Number(x);
  const sticky = (x & 0xfffn) === 0n ? 0n : 1n;
  return Number((x >> 12n) | sticky) * 4096;
}

function castKernel(): Kernel<object> {
  const families = new Map(
    PAIRS.map(([from, to]) => {
      const [input, output] = [cElement(from), cElement(to)];
      const units = unitFamily({
        name: `nn_cast_${input.suffix}_${output.suffix}`,
        template: 'quantize/cast',
        headers: ['nn_types.h'],
        struct: CAST,
        parameters: `const ${input.ctype} *input, ${output.ctype} *output`,
        view: {
          from: input.held,
          to: output.held,
          kind: kindOf(from, to),
          limits: LIMITS[to] ?? '',
        },
      });
      return [`${from} ${to}`, units];
    }),
  );
  const unitOf = ({ inputs: [x], outputs: [y] }: TypedNode) =>
    families.get(`${x!.dtype} ${y!.dtype}`)!({});
  return {
    name: 'cast_c',
    units: [...families.values()],
    reject: () => undefined,
    cost: (node) => plainCost(workOf(node), [unitOf(node)]),
    code: (node) => [call(unitOf(node), { count: elements(node.outputs[0]!) })],
  };
}

function kindOf(from: DType, to: DType): 'truth' | 'saturate' | 'plain' {
  if (to === 'bool') return 'truth';
  return from === 'float32' ? 'saturate' : 'plain';
}

function workOf({ inputs: [input], outputs: [output] }: TypedNode) {
  const count = elements(output!);
  const floats = [input!, output!].some(({ dtype }) => dtype === 'float32') ? count : 0;
  return { floats, integers: count - floats };
}
