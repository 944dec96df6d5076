import { z } from 'zod';
import type { TensorType, TypedNode, Value } from '../../ir/types.ts';
import { formatType, perTensor } from '../../ir/types.ts';
import { emptyValue, floats, int32s, int8s } from '../../ir/values.ts';
import {
  clamp,
  multiplyByQuantizedMultiplier,
  quantizeMultiplier,
} from '../../support/fixed-point.ts';
import type { Multiplier } from '../../support/fixed-point.ts';
import { clampRange, clampsInt8, tfliteActivation } from '../activation/clamp.ts';
import { activation } from '../attributes.ts';
import { defineOp, Unsupported } from '../op.ts';
import { rejectWeightKinds } from './constant-weights.ts';
import { dot } from './float-gates.ts';
import { expectElements, expectShape } from './gates.ts';
import { svdfKernels } from './svdf.kernels.ts';
import { SVDF_INPUTS as AT, svdfSizes } from './svdf-node.ts';
import type { SvdfAttrs } from './svdf-node.ts';

type Operands = readonly (Value | undefined)[];

/**
 * x [batch, inputs], feature weights [filters, inputs], time weights [filters, memory], bias [units],
 * state [batch, filters * memory] -> output [batch, units], the state with one more step.
 */
export const svdf = defineOp<SvdfAttrs>({
  name: 'svdf',
  summary: 'A filter over the input and one over its last results (TFLite’s SVDF), with its state',
  attributes: z.strictObject({ rank: z.int().min(1).max(4096), activation }),
  operands: 'any',
  optional: [AT.bias],
  inferShapes(attrs, inputs) {
    const sizes = svdfSizes(attrs, inputs);
    const [x, features, times, bias, state] = inputs;
    if (x!.shape.length !== 2) throw new Unsupported(`its input has ${x!.shape.length} dimensions`);
    if (!Number.isInteger(sizes.units))
      throw new Unsupported(`${sizes.filters} filters are no multiple of the rank ${attrs.rank}`);
    expectShape('feature weights', features!, [sizes.filters, sizes.inputs]);
    expectShape('time weights', times!, [sizes.filters, sizes.memory]);
    if (bias) expectElements('bias', bias, sizes.units);
    expectShape('state', state!, [sizes.batches, sizes.filters * sizes.memory]);
    return [[sizes.batches, sizes.units], state!.shape];
  },
  reject: rejectSvdf,
  evaluate: (node, inputs) =>
    node.outputs[0]!.dtype === 'float32' ? svdfF32(node, inputs) : svdfS8(node, inputs),
  macs: ({ attrs, inputs }) => {
    const { batches, filters, inputs: columns, memory } = svdfSizes(attrs, inputs);
    return batches * filters * (columns + memory);
  },
  kernels: svdfKernels,
  quantize: 'keep-float',
  tflite: {
    SVDF({ options, inputs }) {
      if (inputs.length !== 5) throw new Unsupported(`it has ${inputs.length} inputs, not 5`);
      // Of hybrid layers, which are refused by their types.
      options.bool(2);
      const attrs = { rank: options.int(0), activation: tfliteActivation(options.byte(1)) };
      return { attrs, states: [AT.state] };
    },
  },
});

/** As svdf_common.cc, PrepareSvdf, refuses them. */
function rejectSvdf(node: TypedNode<SvdfAttrs>): string | undefined {
  const [x, features, times, bias, state] = node.inputs;
  const tensors = [...node.inputs, ...node.outputs].filter((tensor) => tensor !== undefined);
  if (tensors.every(({ dtype }) => dtype === 'float32'))
    return rejectWeightKinds([features, times, bias]);
  const kept = state!.dtype;
  const wanted = ['int8', 'int8', kept, bias ? 'int32' : '', kept, 'int8', kept];
  const found = [x, features, times, bias, state, ...node.outputs].map((t) => t?.dtype ?? '');
  if ((kept !== 'int8' && kept !== 'int16') || String(found) !== String(wanted))
    return `it mixes ${tensors.map(formatType).join(', ')}`;
  const problem = rejectWeightKinds([features, times, bias], [x!, state!, node.outputs[0]!]);
  if (problem) return problem;
  if (node.outputs[1]!.quant?.scales[0] !== state!.quant!.scales[0])
    return 'its state changes its scale';
  const sums = Math.fround(perTensor(state!).scale * perTensor(times!).scale);
  const other = bias?.quant?.scales.find((scale) => !(Math.abs(scale - sums) < 1e-5));
  if (other !== undefined)
    return `its bias has the scale ${other}, not that of state times weights`;
  // The reference does not clamp by the activation.
  return clampsInt8(node.attrs.activation, node.outputs[0]!)
    ? 'its activation leaves out values of its output'
    : undefined;
}

/** The multipliers of both sums. Source: svdf_common.cc, PrepareSvdf: products in single precision. */
export function svdfMultipliers({ inputs, outputs }: TypedNode): Multiplier[] {
  const f = Math.fround;
  const of = (type: TensorType | undefined) => perTensor(type!).scale;
  const [x, features, times, , state] = inputs;
  return [
    quantizeMultiplier(f(f(of(x) * of(features)) / of(state))),
    quantizeMultiplier(f(f(of(state) * of(times)) / of(outputs[0]))),
  ];
}

/** Source: svdf_common.cc, EvalIntegerSvdfReference. */
function svdfS8(node: TypedNode<SvdfAttrs>, [x, features, times, bias, state]: Operands): Value[] {
  const { batches, inputs, filters, memory, units } = svdfSizes(node.attrs, node.inputs);
  const values = node.outputs.map(emptyValue);
  const [out, kept] = values.map(({ data }) => data as Int8Array | Int16Array);
  const [input, weights, over] = [int8s(x), int8s(features), times!.data as Int8Array];
  const before = state!.data as Int8Array;
  const [first, second] = svdfMultipliers(node);
  const [zeroIn, zeroKept, zeroOut] = [
    node.inputs[AT.x]!,
    node.inputs[AT.state]!,
    node.outputs[0]!,
  ].map((type) => perTensor(type).zeroPoint);
  const limit = node.outputs[1]!.dtype === 'int8' ? 127 : 32767;
  for (let b = 0; b < batches; b++)
    for (let unit = 0; unit < units; unit++) {
      let sum = bias ? int32s(bias)[unit]! : 0;
      for (let r = 0; r < node.attrs.rank; r++) {
        const filter = unit * node.attrs.rank + r;
        const at = (b * filters + filter) * memory;
        let newest = 0;
        for (let k = 0; k < inputs; k++)
          newest += weights[filter * inputs + k]! * (input[b * inputs + k]! - zeroIn!);
        const scaled = multiplyByQuantizedMultiplier(newest | 0, first!, 'double');
        kept!.set(before.subarray(at + 1, at + memory), at);
        // A zero point may lift it beyond what the state holds: it wraps, as in the reference.
        kept![at + memory - 1] = zeroKept! + clamp(scaled, -limit - 1, limit);
        for (let m = 0; m < memory; m++)
          sum += over[filter * memory + m]! * (kept![at + m]! - zeroKept!);
      }
      const shown = multiplyByQuantizedMultiplier(sum | 0, second!, 'double');
      out![b * units + unit] = clamp(shown + zeroOut!, -128, 127);
    }
  return values;
}

/** Source: svdf_common.cc, EvalFloatSvdfReference and ApplyTimeWeightsBiasAndActivation. */
function svdfF32(node: TypedNode<SvdfAttrs>, [x, features, times, bias, state]: Operands): Value[] {
  const { batches, inputs, filters, memory, units } = svdfSizes(node.attrs, node.inputs);
  const values = node.outputs.map(emptyValue);
  const [out, kept] = values.map(floats);
  const before = floats(state);
  const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
  for (let b = 0; b < batches; b++)
    for (let unit = 0; unit < units; unit++) {
      let sum = bias ? floats(bias)[unit]! : 0;
      for (let r = 0; r < node.attrs.rank; r++) {
        const filter = unit * node.attrs.rank + r;
        const at = (b * filters + filter) * memory;
        kept!.set(before.subarray(at + 1, at + memory), at);
        kept![at + memory - 1] = dot(
          floats(x),
          b * inputs,
          floats(features),
          filter * inputs,
          inputs,
        );
        sum = Math.fround(sum + dot(kept!, at, floats(times), filter * memory, memory));
      }
      out![b * units + unit] = clamp(sum, low, high);
    }
  return values;
}
