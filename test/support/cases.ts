import { GraphBuilder } from '../../src/ir/graph.ts';
import type { Graph, TensorType } from '../../src/ir/types.ts';
import { byteLength, elements } from '../../src/ir/types.ts';
import { opOf } from '../../src/ops/index.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import type { Random } from '../../src/support/random.ts';

/** A tensor of a case; `data` makes it a constant. */
export type CaseTensor = TensorType & { readonly data?: Uint8Array };

/** One operator with its operands: what every judge gets. Output shapes are inferred. */
export interface OpCase {
  readonly op: string;
  readonly attrs: unknown;
  readonly inputs: readonly (CaseTensor | undefined)[];
  readonly outputs: readonly Omit<TensorType, 'shape'>[];
}

/**
 * Makes one random case of an operator; on `given` as its first input where the operator takes such
 * a tensor. Makers may ask for more than an operator offers: what it refuses is drawn again.
 */
export type CaseMaker = (random: Random, given?: CaseTensor) => OpCase;

/** `given` where it is int8 or float32 (or of `dtypes`) and, if `rank` is set, of that many dimensions. */
export function takes(
  given: CaseTensor | undefined,
  rank?: number,
  dtypes: readonly string[] = ['int8', 'float32'],
): CaseTensor | undefined {
  const fits =
    given && dtypes.includes(given.dtype) && (rank ?? given.shape.length) === given.shape.length;
  return fits ? given : undefined;
}

/** All cases as one graph, side by side: one build and one boot judge all of them. */
export function graphOfCases(cases: readonly OpCase[]): Graph {
  const builder = new GraphBuilder();
  const inputs: number[] = [];
  const outputs: number[] = [];
  cases.forEach((each, index) => {
    const shapes = opOf(each.op).inferShapes(each.attrs, each.inputs);
    const ids = each.inputs.map((tensor, i) => {
      if (!tensor) return undefined;
      const id = builder.addTensor(`case${index}_in${i}`, tensor, tensor.data);
      if (!tensor.data) inputs.push(id);
      return id;
    });
    const results = each.outputs.map((type, i) =>
      builder.addTensor(`case${index}_out${i}`, { ...type, shape: shapes[i]! }),
    );
    outputs.push(...results);
    const origin = { file: 'cases', operator: index, name: `case${index}` };
    builder.nodes.push({ op: each.op, attrs: each.attrs, inputs: ids, outputs: results, origin });
  });
  return builder.finish('cases', inputs, outputs);
}

/** The case that an output byte belongs to. */
export function caseAt(graph: Graph, cases: readonly OpCase[], byte: number): OpCase {
  let offset = 0;
  for (const id of graph.outputs) {
    const tensor = graph.tensors.get(id)!;
    offset += byteLength(tensor);
    if (byte < offset) return cases[Number(/\d+/.exec(tensor.name)![0])]!;
  }
  throw new Error(`no output has byte ${byte}`);
}

const SPECIAL = [0, -0, 1e-45, -1e-40, 3.4028234663852886e38, -3e38, Infinity, -Infinity, NaN];

/** Input bytes for a graph: random, every value the least or the largest, or many odd floats. */
export function inputBytes(
  graph: Graph,
  random: Random,
  fill: 'random' | 'low' | 'high' | 'special',
): Uint8Array {
  const parts = graph.inputs.map((id) => {
    const tensor = graph.tensors.get(id)!;
    if (tensor.dtype === 'float32') {
      const real = () => random.real(-6, 6);
      const odd = () => (random.chance(0.3) ? random.pick(SPECIAL) : real());
      const of = { random: real, low: () => -8, high: () => 8, special: odd }[fill];
      return bytesOf(Float32Array.from({ length: elements(tensor) }, of));
    }
    if (tensor.dtype === 'int16') {
      const any = () => random.int(-32768, 32767);
      const of = { random: any, low: () => -32768, high: () => 32767, special: any }[fill];
      return bytesOf(Int16Array.from({ length: elements(tensor) }, of));
    }
    const signed = tensor.dtype === 'int8';
    const of = {
      random: () => random.int(0, 255),
      low: () => (signed ? 128 : 0),
      high: () => (signed ? 127 : 255),
      special: () => random.int(0, 255),
    }[fill];
    return Uint8Array.from({ length: byteLength(tensor) }, of);
  });
  return new Uint8Array(Buffer.concat(parts));
}

export function quantization(random: Random, zeroPoint = random.int(-128, 127)) {
  return { scales: [Math.fround(random.real(0.004, 0.2))], zeroPoints: [zeroPoint], axis: 0 };
}

export function int8(
  random: Random,
  shape: readonly number[],
  quant = quantization(random),
): CaseTensor {
  return { dtype: 'int8', shape, quant };
}

export function wideQuantization(random: Random) {
  return { scales: [Math.fround(random.real(2e-5, 1e-3))], zeroPoints: [0], axis: 0 };
}

export function int16(random: Random, shape: readonly number[]): CaseTensor {
  return { dtype: 'int16', shape, quant: wideQuantization(random) };
}

export function float32(shape: readonly number[]): CaseTensor {
  return { dtype: 'float32', shape };
}

/**
 * An input of one of the types, and the output type that copies it. Outputs of given tensors have another
 * quantization now and then, though the bytes are copied.
 */
export function alike(
  random: Random,
  shape: readonly number[],
  { given, float = 0.4 }: { readonly given?: CaseTensor | undefined; readonly float?: number } = {},
): { input: CaseTensor; output: OpCase['outputs'][0] } {
  if (given) {
    const quant = given.quant && random.chance(0.15) ? quantization(random) : given.quant;
    return { input: given, output: { dtype: given.dtype, ...(quant && { quant }) } };
  }
  if (random.chance(float)) return { input: float32(shape), output: { dtype: 'float32' } };
  if (random.chance(0.15)) {
    const input = int16(random, shape);
    return { input, output: { dtype: 'int16', quant: input.quant! } };
  }
  const quant = quantization(random);
  return { input: int8(random, shape, quant), output: { dtype: 'int8', quant } };
}

/** Constant int8 weights with a scale for each index along `axis`; of at most so much, or as a function gives them. */
export function weights(
  random: Random,
  shape: readonly number[],
  axis: number,
  most: number | (() => number) = 127,
): CaseTensor {
  const channels = shape[axis]!;
  const perChannel = random.chance(0.7);
  const scales = Array.from({ length: perChannel ? channels : 1 }, () =>
    Math.fround(random.real(0.001, 0.03)),
  );
  const value = typeof most === 'function' ? most : weightValues(random, most);
  const data = Int8Array.from({ length: elements({ dtype: 'int8', shape }) }, value);
  return {
    dtype: 'int8',
    shape,
    quant: { scales, zeroPoints: scales.map(() => 0), axis },
    data: bytesOf(data),
  };
}

// Any values, few of them, or many zeros.
function weightValues(random: Random, most: number): () => number {
  const kind = random.pick(['any', 'any', 'few', 'sparse', 'sparse'] as const);
  const any = () => random.int(-most, most);
  const few = Array.from({ length: random.int(1, 16) }, any);
  const density = random.pick([0, 0.02, 0.1, 0.2, 0.4, 0.7]);
  if (kind === 'any') return any;
  if (kind === 'few') return () => random.pick(few);
  return () => (random.chance(density) ? any() : 0);
}

export function floatWeights(random: Random, shape: readonly number[]): CaseTensor {
  const data = Float32Array.from({ length: elements({ dtype: 'float32', shape }) }, () =>
    random.real(-1, 1),
  );
  return { dtype: 'float32', shape, data: bytesOf(data) };
}

export function bias(random: Random, channels: number, most: number): CaseTensor {
  const data = Int32Array.from({ length: channels }, () => random.int(-most, most));
  return { dtype: 'int32', shape: [channels], data: bytesOf(data) };
}

export const ACTIVATIONS = ['none', 'relu', 'relu6', 'relu_n1_to_1'] as const;
