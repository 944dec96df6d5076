import { perTensor } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import { multiplyByQuantizedMultiplier } from '../../support/fixed-point.ts';
import type { Multiplier } from '../../support/fixed-point.ts';
import { clampRange, clampsInt8 } from '../activation/clamp.ts';
import { table } from '../constant-array.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { ROUNDING_AXIS } from '../requantize.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import type { BinaryAttrs, BinaryNode } from './binary.ts';
import { broadcastLoops } from './broadcast.ts';
import { loopFields, loopWork, NESTED_LOOPS } from './loops.ts';

/** Multipliers of the operands, each shifted left by `headroom` bits before, and of the sum. */
export interface Scales {
  readonly a: Multiplier;
  readonly b: Multiplier;
  readonly output: Multiplier;
}

const SUM_TABLE = struct(
  'nn_sum_table',
  'A sum whose first operand is scaled by a table, by its byte; odd_zero: twice the zero point, and 1.',
  {
    loops: NESTED_LOOPS,
    multiplier: 'int32_t',
    right: 'int16_t',
    odd_zero: 'int16_t',
    low: 'int16_t',
    high: 'int16_t',
    table: 'const int32_t *',
  },
);

const TABLE_BYTES = 1024;

/**
 * A sum with one rounding at run time: the operand of the larger scale is halved exactly, the other
 * one goes through a table that the reference's arithmetic fills.
 */
export function sumTableKernel(
  name: string,
  sign: 1 | -1,
  headroom: number,
  scalesOf: (node: BinaryNode) => Scales,
): Kernel<BinaryAttrs> {
  const units = unitFamily({
    name: `nn_${name}_table_s8`,
    template: 'elementwise/sum-table',
    headers: ['nn_elementwise.h', 'nn_dsp.h'],
    struct: SUM_TABLE,
    parameters: 'const int8_t *a, const int8_t *b, int8_t *output',
    axes: {
      sign: sign === 1 ? { plus: '' } : { plus: '', minus: '_minus' },
      rounding: ROUNDING_AXIS,
    },
  });
  const plan = (node: BinaryNode) => {
    const scales = scalesOf(node);
    const halved = [scales.a, scales.b].findIndex(isHalf);
    return { scales, halved, tabled: 1 - halved };
  };
  const unitOf = (node: BinaryNode) => {
    const signs = sign === -1 && plan(node).halved === 1 ? 'minus' : 'plus';
    return units({ sign: signs, rounding: node.attrs.rounding });
  };
  return {
    name: `${name}_table_s8_c`,
    units: [units],
    reject(node) {
      if (node.outputs[0]!.dtype !== 'int8') return 'takes int8';
      const { scales, halved } = plan(node);
      if (halved === -1) return 'no operand is halved';
      const { shift } = scales.output;
      return shift < -22 || shift > -1
        ? `the sum's shift is ${shift}, outside -22 to -1`
        : undefined;
    },
    cost: (node) => ({
      work: workOf(node),
      constantBytes: TABLE_BYTES,
      scratchBytes: 0,
      calls: [unitOf(node)],
    }),
    code(node) {
      const { scales, tabled, halved } = plan(node);
      const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
      const loops = loopFields(node);
      return [
        call(
          unitOf(node),
          {
            loops: tabled === 0 ? loops : { ...loops, step_a: loops.step_b, step_b: loops.step_a },
            multiplier: scales.output.multiplier,
            right: -scales.output.shift,
            odd_zero: 2 * perTensor(node.outputs[0]!).zeroPoint + 1,
            low,
            high,
            table: table('table', entries(node, tabled, halved)),
          },
          { inputs: [tabled, halved] },
        ),
      ];
    },
    inPlace: [0, 1],
  };

  // Twice what the reference adds up, by the operand's byte, with the other operand's zero point.
  function entries(node: BinaryNode, tabled: number, halved: number): Int32Array {
    const { a, b } = scalesOf(node);
    const [by, zero] = [[a, b][tabled]!, perTensor(node.inputs[tabled]!).zeroPoint];
    const signs = [1, sign];
    const others = signs[halved]! * perTensor(node.inputs[halved]!).zeroPoint * 2 ** headroom;
    return Int32Array.from({ length: 256 }, (_, byte) => {
      const value = (((byte << 24) >> 24) - zero) * 2 ** headroom;
      const scaled = multiplyByQuantizedMultiplier(value, by, node.attrs.rounding);
      return 2 * signs[tabled]! * scaled - others;
    });
  }
}

function isHalf({ multiplier, shift }: Multiplier): boolean {
  return multiplier === 2 ** 30 && shift === 0;
}

// Outputs of operands that both lie side by side go four at a time, where nothing but saturation bounds them.
function workOf(node: BinaryNode) {
  const work = loopWork(node);
  const fours = isClamped(node) ? 0 : foursOf(node);
  return { ...work, outputs: work.outputs - 4 * fours, fours };
}

function foursOf({ inputs, outputs }: BinaryNode): number {
  const shapes = inputs.map((input) => input!.shape);
  const { sizes, steps } = broadcastLoops(outputs[0]!.shape, shapes);
  const inner = steps.every((of) => of.at(-1) === 1) ? sizes.at(-1)! : 0;
  return product(sizes.slice(0, -1)) * Math.floor(inner / 4);
}

function isClamped({ attrs, outputs }: BinaryNode): boolean {
  return clampsInt8(attrs.activation, outputs[0]!);
}
