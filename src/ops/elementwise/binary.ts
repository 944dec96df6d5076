import { z } from 'zod';
import type { TypedNode, Value } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import { emptyValue } from '../../ir/values.ts';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import type { Rounding } from '../../support/fixed-point.ts';
import { clamp } from '../../support/fixed-point.ts';
import type { Activation } from '../activation/clamp.ts';
import { clampRange, tfliteActivation } from '../activation/clamp.ts';
import { unit } from '../kernel.ts';
import type { Field, Kernel, KernelCode } from '../kernel.ts';
import * as attributes from '../attributes.ts';
import { defineOp } from '../op.ts';
import type { Op, Read } from '../op.ts';
import { roundingSuffix } from '../requantize.ts';
import { rejectUnlessUniform } from '../types.ts';
import { broadcastLoops, broadcastShape, forEachBroadcast, padLoops } from './broadcast.ts';

export interface BinaryAttrs {
  readonly activation: Activation;
  readonly rounding: Rounding;
}

export type BinaryNode = TypedNode<BinaryAttrs>;

/** What makes one elementwise operator of two operands different from the others. */
export interface Binary {
  readonly name: string;
  readonly summary: string;
  /** The TFLite operator, and how to read it where it is not like ADD. */
  readonly tflite: string;
  readonly read?: (operator: TfliteOperator) => Read<BinaryAttrs>;
  /** The unclamped stored output of two stored operands. */
  integer(node: BinaryNode): (a: number, b: number) => number;
  float(a: number, b: number): number;
  /** Constants of the int8 kernel, and the templates' views. */
  integerFields(node: BinaryNode): Readonly<Record<string, Field>>;
  readonly templates: { readonly s8: string; readonly f32: string };
  readonly view: Readonly<Record<string, string>>;
  /** Why the int8 template cannot work with nn_dsp.h; left out where it never can. */
  rejectDsp?(node: BinaryNode): string | undefined;
}

const LOOPS = 4;

export function defineBinary(binary: Binary): Op<BinaryAttrs> {
  return defineOp<BinaryAttrs>({
    name: binary.name,
    summary: binary.summary,
    attributes: z.strictObject({
      activation: attributes.activation,
      rounding: attributes.rounding,
    }),
    operands: 2,
    inferShapes: (_, inputs) => {
      const shape = broadcastShape(inputs.map((input) => input?.shape ?? []));
      padLoops(
        broadcastLoops(
          shape,
          inputs.map((input) => input?.shape ?? []),
        ),
        LOOPS,
      );
      return [shape];
    },
    reject: rejectUnlessUniform,
    evaluate: (node, inputs) => [evaluate(binary, node, inputs)],
    kernels: [
      ...(binary.rejectDsp ? [dspKernel(binary)] : []),
      kernel(binary, 's8'),
      kernel(binary, 'f32'),
    ],
    quantize: 'measured',
    tflite: { [binary.tflite]: binary.read ?? readBinary },
  });
}

function readBinary({ options }: TfliteOperator): Read<BinaryAttrs> {
  return { attrs: { activation: tfliteActivation(options.byte(0)), rounding: 'double' } };
}

function evaluate(binary: Binary, node: BinaryNode, [a, b]: readonly (Value | undefined)[]): Value {
  const output = emptyValue(node.outputs[0]!);
  const out = output.data as Int8Array | Float32Array;
  const [x, y] = [a!.data as Int8Array | Float32Array, b!.data as Int8Array | Float32Array];
  const [low, high] = clampRange(node.attrs.activation, output.type);
  const combine = output.type.dtype === 'int8' ? binary.integer(node) : binary.float.bind(binary);
  const loops = broadcastLoops(output.type.shape, [a!.type.shape, b!.type.shape]);
  forEachBroadcast(loops, ([i = 0, j = 0], to) => {
    out[to] = clamp(combine(x[i]!, y[j]!), low, high);
  });
  return output;
}

// The int8 kernel with the DSP extension's multiplications.
function dspKernel(binary: Binary): Kernel<BinaryAttrs> {
  const portable = kernel(binary, 's8');
  return {
    ...portable,
    name: `${binary.name}_s8_dsp`,
    reject: (node, target) =>
      portable.reject(node, target) ??
      (target.dsp ? binary.rejectDsp?.(node) : 'needs the DSP extension'),
    cost: (node) => ({ cycles: elements(node.outputs[0]!) * 62, scratchBytes: 0 }),
    code: (node) => binaryCode(binary, node, true),
  };
}

function kernel(binary: Binary, suffix: 's8' | 'f32'): Kernel<BinaryAttrs> {
  const dtype = suffix === 's8' ? 'int8' : 'float32';
  return {
    name: `${binary.name}_${suffix}_c`,
    reject: (node) => (node.outputs[0]!.dtype === dtype ? undefined : `takes ${dtype}`),
    cost: (node, target) => ({
      cycles: elements(node.outputs[0]!) * (dtype === 'int8' ? 105 : target.fpu ? 12 : 80),
      scratchBytes: 0,
    }),
    code: (node) => binaryCode(binary, node, false),
    inPlace: [0, 1],
  };
}

function binaryCode(binary: Binary, node: BinaryNode, dsp: boolean): KernelCode {
  const { rounding } = node.attrs;
  const suffix = node.outputs[0]!.dtype === 'int8' ? 's8' : 'f32';
  const end = `${dsp ? '_dsp' : ''}${suffix === 's8' ? roundingSuffix(rounding) : ''}`;
  const name = `nn_${binary.name}_${suffix}${end}`;
  const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
  const shapes = node.inputs.map((input) => input!.shape);
  const loops = padLoops(broadcastLoops(node.outputs[0]!.shape, shapes), LOOPS);
  const fields = {
    'loops.sizes': loops.sizes,
    'loops.step_a': loops.steps[0]!,
    'loops.step_b': loops.steps[1]!,
    ...(suffix === 's8' ? binary.integerFields(node) : {}),
    low,
    high,
  };
  const requantize = `nn_requantize_${rounding}${dsp ? '_dsp' : ''}`;
  const headers = ['nn_elementwise.h', ...(dsp ? ['nn_dsp.h'] : [])];
  const view = { ...binary.view, rounding, dsp, requantize };
  return {
    calls: [{ struct: `nn_binary_${suffix}`, function: name, fields, inputs: [0, 1] }],
    units: [unit(name, `elementwise/${binary.templates[suffix]}`, headers, view)],
    scratchBytes: 0,
  };
}
