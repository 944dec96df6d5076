import { z } from 'zod';
import type { TypedNode, Value } from '../../ir/types.ts';
import { emptyValue } from '../../ir/values.ts';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import type { Rounding } from '../../support/fixed-point.ts';
import { clamp } from '../../support/fixed-point.ts';
import type { Activation } from '../activation/clamp.ts';
import { clampRange, tfliteActivation } from '../activation/clamp.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { clamped } from '../attributes.ts';
import { carried, channelCount, rangesFrom, wholeRanges } from '../channels.ts';
import type { Ranges } from '../channels.ts';
import { defineOp } from '../op.ts';
import type { Op, Read } from '../op.ts';
import { rowByRow } from '../rows.ts';
import { ROUNDING_AXIS } from '../requantize.ts';
import { struct } from '../struct.ts';
import type { FieldsOf } from '../struct.ts';
import { rejectUnlessUniform, rejectUnlessUniformWide, withoutZeros } from '../types.ts';
import { unitFamily } from '../unit.ts';
import { wideBinaryKernel } from './binary-s16.kernel.ts';
import type { WideBinary } from './binary-s16.kernel.ts';
import { combinationOfWhole, rejectUnlessWhole, wholeKernels } from './whole.kernel.ts';
import type { Whole } from './whole.kernel.ts';
import { broadcastLoops, broadcastShape, forEachBroadcast, padLoops } from './broadcast.ts';
import { loopFields, LOOPS, loopWork, NESTED_LOOPS } from './loops.ts';

export interface BinaryAttrs {
  readonly activation: Activation;
  readonly rounding: Rounding;
}

export type BinaryNode = TypedNode<BinaryAttrs>;

const BINARY_S8 = struct('nn_binary_s8', 'An elementwise operator of two int8 operands.', {
  loops: NESTED_LOOPS,
  zero_a: 'int16_t',
  zero_b: 'int16_t',
  zero: 'int16_t',
  low: 'int16_t',
  high: 'int16_t',
  shift_a: 'int8_t',
  shift_b: 'int8_t',
  shift: 'int8_t',
  multiplier_a: 'int32_t',
  multiplier_b: 'int32_t',
  multiplier: 'int32_t',
});

const BINARY_F32 = struct('nn_binary_f32', 'An elementwise operator of two float operands.', {
  loops: NESTED_LOOPS,
  low: 'float',
  high: 'float',
});

/** The constants of an int8 kernel; those left out are 0. */
type IntegerFields = Partial<
  Omit<FieldsOf<(typeof BINARY_S8)['members']>, 'loops' | 'low' | 'high'>
>;

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
  /** A constant operand may have a scale of 0. */
  readonly zeros?: boolean;
  /** On int16, with the same `integer` and constants as on int8; left out: it takes none. */
  readonly wide?: WideBinary;
  /** On int32 and int64 as they are. */
  readonly whole?: Whole;
  /** Constants of the int8 kernel, and what the templates print. */
  integerFields(node: BinaryNode): IntegerFields;
  /**
   * Operand values beside the ends of a range at which outputs of a range may be least or largest;
   * undefined where the arithmetic may wrap, so that any output may be.
   */
  turns(node: BinaryNode): readonly number[] | undefined;
  readonly templates: { readonly s8: string; readonly f32: string };
  readonly view: Readonly<Record<string, string>>;
  /** Runtime header of the int8 template. */
  readonly header?: string;
  /** int8 kernels that do better where they can. */
  readonly kernels?: readonly Kernel<BinaryAttrs>[];
  /** Why the int8 template cannot work with nn_dsp.h; left out where it never can. */
  rejectDsp?(node: BinaryNode): string | undefined;
}

export function defineBinary(binary: Binary): Op<BinaryAttrs> {
  return defineOp<BinaryAttrs>({
    name: binary.name,
    summary: binary.summary,
    attributes: z.strictObject(clamped),
    operands: 2,
    anyRank: true,
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
    reject: (node) => reject(binary, node),
    evaluate: (node, inputs) => [evaluate(binary, node, inputs)],
    kernels: [
      ...(binary.kernels ?? []),
      ...(binary.rejectDsp ? [integerKernel(binary, true)] : []),
      integerKernel(binary, false),
      ...(binary.wide ? [wideBinaryKernel(binary.name, binary.wide, binary.integerFields)] : []),
      floatKernel(binary),
      ...(binary.whole ? wholeKernels<BinaryAttrs>(binary.name, binary.whole) : []),
    ],
    rows: rowByRow,
    quantize: 'measured',
    channels: { ranges: (node, inputs) => [ranges(binary, node, inputs)], flow: carried },
    tflite: { [binary.tflite]: binary.read ?? readBinary },
  });
}

function reject({ whole, wide, zeros }: Binary, node: BinaryNode): string | undefined {
  const { dtype } = node.inputs[0]!;
  if (whole && ['int32', 'int64'].includes(dtype)) return rejectUnlessWhole(node, whole);
  const checked = zeros ? withoutZeros(node) : node;
  if (wide && dtype === 'int16') return rejectUnlessUniformWide(checked);
  return rejectUnlessUniform(checked);
}

function readBinary({ code, options }: TfliteOperator): Read<BinaryAttrs> {
  // pot_scale_int16 of ADD and SUB, which TFLite Micro does not look at.
  if (code !== 'MUL') options.bool(1);
  return { attrs: { activation: tfliteActivation(options.byte(0)), rounding: 'double' } };
}

function evaluate(binary: Binary, node: BinaryNode, [a, b]: readonly (Value | undefined)[]): Value {
  const output = emptyValue(node.outputs[0]!);
  const out = output.data as Int8Array | Float32Array;
  const [x, y] = [a!.data as Int8Array | Float32Array, b!.data as Int8Array | Float32Array];
  const [low, high] = clampRange(node.attrs.activation, output.type);
  const combine = combinationOf(binary, node);
  const loops = broadcastLoops(output.type.shape, [a!.type.shape, b!.type.shape]);
  forEachBroadcast(loops, ([i = 0, j = 0], to) => {
    out[to] = clamp(combine(x[i]!, y[j]!), low, high);
  });
  return output;
}

function combinationOf(binary: Binary, node: BinaryNode): (a: number, b: number) => number {
  const { dtype } = node.outputs[0]!;
  if (dtype === 'int8' || dtype === 'int16') return binary.integer(node);
  return combinationOfWhole(binary.whole, dtype) ?? binary.float.bind(binary);
}

// Between its turns, an operator grows or falls with each operand alone.
function ranges(binary: Binary, node: BinaryNode, [a, b]: readonly Ranges[]): Ranges {
  const output = node.outputs[0]!;
  if (output.dtype !== 'int8') return wholeRanges(output);
  const [low, high] = clampRange(node.attrs.activation, output);
  const turns = binary.turns(node);
  const combine = binary.integer(node);
  const ends = ({ low, high }: Ranges, channel: number) => {
    const c = low.length === 1 ? 0 : channel;
    const inside = (turns ?? []).filter((x) => x > low[c]! && x < high[c]!);
    return [low[c]!, high[c]!, ...inside];
  };
  return rangesFrom(channelCount(output), (c) => {
    if (!turns) return [low, high];
    const values = ends(a!, c).flatMap((x) => ends(b!, c).map((y) => combine(x, y)));
    return [clamp(Math.min(...values), low, high), clamp(Math.max(...values), low, high)];
  });
}

// `dsp`: with the multiplications of the DSP extension.
function integerKernel(binary: Binary, dsp: boolean): Kernel<BinaryAttrs> {
  const units = unitFamily({
    name: `nn_${binary.name}_s8${dsp ? '_dsp' : ''}`,
    template: `elementwise/${binary.templates.s8}`,
    headers: ['nn_elementwise.h', ...(dsp ? ['nn_dsp.h'] : []), ...headersOf(binary)],
    struct: BINARY_S8,
    parameters: 'const int8_t *a, const int8_t *b, int8_t *output',
    view: { ...binary.view, dsp },
    axes: { rounding: ROUNDING_AXIS },
  });
  return {
    name: `${binary.name}_s8_${dsp ? 'dsp' : 'c'}`,
    units: [units],
    reject(node, { target }) {
      if (node.outputs[0]!.dtype !== 'int8') return 'takes int8';
      if (!dsp) return undefined;
      return target.dsp ? binary.rejectDsp?.(node) : 'needs the DSP extension';
    },
    cost: (node) => plainCost(loopWork(node), [units({ rounding: node.attrs.rounding })]),
    code(node) {
      const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
      const fields = { ...NO_CONSTANTS, ...binary.integerFields(node), low, high };
      const unit = units({ rounding: node.attrs.rounding });
      return [call(unit, { loops: loopFields(node), ...fields }, { inputs: [0, 1] })];
    },
    inPlace: [0, 1],
  };
}

function headersOf({ header }: Binary): string[] {
  return header === undefined ? [] : [header];
}

const NO_CONSTANTS = {
  zero_a: 0,
  zero_b: 0,
  zero: 0,
  shift_a: 0,
  shift_b: 0,
  shift: 0,
  multiplier_a: 0,
  multiplier_b: 0,
  multiplier: 0,
};

function floatKernel(binary: Binary): Kernel<BinaryAttrs> {
  const units = unitFamily({
    name: `nn_${binary.name}_f32`,
    template: `elementwise/${binary.templates.f32}`,
    headers: ['nn_elementwise.h'],
    struct: BINARY_F32,
    parameters: 'const nn_float *a, const nn_float *b, nn_float *output',
    view: binary.view,
  });
  return {
    name: `${binary.name}_f32_c`,
    units: [units],
    reject: (node) => (node.outputs[0]!.dtype === 'float32' ? undefined : 'takes float32'),
    cost: (node) => plainCost(loopWork(node), [units({})]),
    code(node) {
      const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
      return [call(units({}), { loops: loopFields(node), low, high }, { inputs: [0, 1] })];
    },
    inPlace: [0, 1],
  };
}
