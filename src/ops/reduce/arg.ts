import { z } from 'zod';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import type { DType, TypedNode, Value } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import { emptyValue } from '../../ir/values.ts';
import { product } from '../../support/bytes.ts';
import { axis } from '../attributes.ts';
import { cElement } from '../c-element.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { checkAxes, defineOp } from '../op.ts';
import type { Op } from '../op.ts';
import { struct } from '../struct.ts';
import { constantNumbersOf, resolveAxes } from '../tflite-constants.ts';
import { unitFamily } from '../unit.ts';

export interface ArgAttrs {
  readonly axis: number;
}

const TYPES: readonly DType[] = ['float32', 'int8', 'int16', 'int32'];
const INDICES: readonly DType[] = ['int32', 'int64'];

const ARG = struct('nn_arg', 'An index along the middle of [outer, count, inner].', {
  outer: 'int32_t',
  count: 'int32_t',
  inner: 'int32_t',
});

export const argMax = defineArg('arg_max', 'largest', 'ARG_MAX', '>');
export const argMin = defineArg('arg_min', 'smallest', 'ARG_MIN', '<');

/** Of equal values the first. Source: reference/arg_min_max.h; what is no number is never taken. */
function defineArg(name: string, which: string, code: string, sign: '<' | '>'): Op<ArgAttrs> {
  return defineOp<ArgAttrs>({
    name,
    summary: `Where the ${which} value stands along an axis`,
    attributes: z.strictObject({ axis }),
    inferShapes({ axis }, [input]) {
      checkAxes([axis], input!.shape);
      return [input!.shape.filter((_, i) => i !== axis)];
    },
    reject({ inputs: [input], outputs: [output] }) {
      if (!TYPES.includes(input!.dtype)) return `it works on ${input!.dtype}`;
      return INDICES.includes(output!.dtype) ? undefined : `its indices are ${output!.dtype}`;
    },
    evaluate: (node, [input]) => [evaluate(node, input!, sign)],
    kernels: [kernelOf(name, sign)],
    quantize: 'keep-float',
    tflite: {
      [code](operator: TfliteOperator) {
        const rank = operator.inputs[0]?.shape.length ?? 0;
        // The type of the indices, which the output's own repeats.
        operator.options.byte(0);
        const [axis = 0] = resolveAxes(constantNumbersOf(operator, 1, 'axis', 1), rank);
        return { attrs: { axis }, keep: [0] };
      },
    },
  });
}

function evaluate(node: TypedNode<ArgAttrs>, input: Value, sign: '<' | '>'): Value {
  const { outer, count, inner } = sizesOf(node);
  const from = input.data as Float32Array;
  const output = emptyValue(node.outputs[0]!);
  const beyond = (a: number, b: number) => (sign === '>' ? a > b : a < b);
  for (let i = 0; i < outer * inner; i++) {
    const start = Math.floor(i / inner) * count * inner + (i % inner);
    let best = 0;
    for (let k = 1; k < count; k++) {
      const [next, current] = [from[start + k * inner]!, from[start + best * inner]!];
      if (!Number.isNaN(next) && (Number.isNaN(current) || beyond(next, current))) best = k;
    }
    if (output.data instanceof BigInt64Array) output.data[i] = BigInt(best);
    else output.data[i] = best;
  }
  return output;
}

function kernelOf(name: string, sign: string): Kernel<ArgAttrs> {
  const unitsFor = (from: DType, to: DType) => {
    const [input, index] = [cElement(from), cElement(to)];
    return unitFamily({
      name: `nn_${name}_${input.suffix}_${index.suffix}`,
      template: 'reduce/arg',
      headers: ['nn_types.h'],
      struct: ARG,
      parameters: `const ${input.ctype} *input, ${index.ctype} *output`,
      view: { held: input.held, index: index.held, sign, float: from === 'float32' },
    });
  };
  const families = new Map(
    TYPES.flatMap((from) => INDICES.map((to) => [`${from} ${to}`, unitsFor(from, to)])),
  );
  const unitOf = ({ inputs: [x], outputs: [y] }: TypedNode) =>
    families.get(`${x!.dtype} ${y!.dtype}`)!({});
  return {
    name: 'arg_c',
    units: [...families.values()],
    reject: () => undefined,
    cost: (node) => plainCost(workOf(node), [unitOf(node)]),
    code: (node) => [call(unitOf(node), sizesOf(node))],
  };
}

function sizesOf({ attrs, inputs }: TypedNode<ArgAttrs>) {
  const { shape } = inputs[0]!;
  return {
    outer: product(shape.slice(0, attrs.axis)),
    count: shape[attrs.axis]!,
    inner: product(shape.slice(attrs.axis + 1)),
  };
}

function workOf({ inputs, outputs }: TypedNode) {
  const count = elements(inputs[0]!);
  const floats = inputs[0]!.dtype === 'float32' ? count : 0;
  return { outputs: elements(outputs[0]!), floats, integers: count - floats };
}
