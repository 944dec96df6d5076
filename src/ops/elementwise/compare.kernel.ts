import { elements, perTensor } from '../../ir/types.ts';
import type { Tensor, TypedNode } from '../../ir/types.ts';
import { multiplyByQuantizedMultiplier, quantizeMultiplier } from '../../support/fixed-point.ts';
import { call, plainCost } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import type { Combine } from './combine.ts';
import { loopFields, loopLines, NESTED_LOOPS } from './loops.ts';

/** Stored values are shifted left by so much before they are scaled. */
const HEADROOM = 8;

const COMPARE_S8 = struct('nn_compare_s8', 'Two int8 operands, each scaled to real numbers.', {
  loops: NESTED_LOOPS,
  zero_a: 'int16_t',
  zero_b: 'int16_t',
  shift_a: 'int8_t',
  shift_b: 'int8_t',
  multiplier_a: 'int32_t',
  multiplier_b: 'int32_t',
});

/**
 * A comparison of quantized values, each of which is scaled and rounded before: values that are near
 * to one another count as equal. Source: reference/comparisons.h, ComparisonWithScaling.
 */
export function comparedQuantized(
  name: string,
  compare: (a: number, b: number) => boolean,
  c: string,
): Combine['quantized'] & object {
  const units = unitFamily({
    name: `nn_${name}_q8`,
    template: 'elementwise/compare-s8',
    headers: ['nn_elementwise.h'],
    struct: COMPARE_S8,
    parameters: 'const int8_t *a, const int8_t *b, uint8_t *output',
    view: { expression: c },
  });
  return {
    combine({ inputs: [a, b] }: TypedNode) {
      const [scaledA, scaledB] = [scaling(a!), scaling(b!)];
      return (x, y) => compare(scaledA(x), scaledB(y));
    },
    kernel: {
      name: 'compare_s8_c',
      units: [units],
      reject({ inputs: [a] }) {
        return a!.dtype === 'int8' && a!.quant ? undefined : 'takes quantized int8';
      },
      cost: (node) =>
        plainCost({ outputs: elements(node.outputs[0]!), lines: loopLines(node) }, [units({})]),
      code(node) {
        const [a, b] = node.inputs.map((input) => constantsOf(input!));
        const fields = {
          loops: loopFields(node),
          ...{ zero_a: a!.zero, shift_a: a!.shift, multiplier_a: a!.multiplier },
          ...{ zero_b: b!.zero, shift_b: b!.shift, multiplier_b: b!.multiplier },
        };
        return [call(units({}), fields, { inputs: [0, 1] })];
      },
    },
  };
}

function constantsOf(tensor: Tensor) {
  const { scale, zeroPoint } = perTensor(tensor);
  return { zero: zeroPoint, ...quantizeMultiplier(scale) };
}

function scaling(tensor: Tensor): (stored: number) => number {
  const { zero, ...by } = constantsOf(tensor);
  return (stored) => multiplyByQuantizedMultiplier((stored - zero) * 2 ** HEADROOM, by, 'double');
}
