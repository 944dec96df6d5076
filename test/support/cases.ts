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

/** Makes one random case of an operator. */
export type CaseMaker = (random: Random) => OpCase;

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

/** Input bytes for a graph: random, or every value the least or the largest. */
export function inputBytes(
  graph: Graph,
  random: Random,
  fill: 'random' | 'low' | 'high',
): Uint8Array {
  const parts = graph.inputs.map((id) => {
    const tensor = graph.tensors.get(id)!;
    if (tensor.dtype === 'float32') {
      const of = { random: () => random.real(-6, 6), low: () => -8, high: () => 8 }[fill];
      return bytesOf(Float32Array.from({ length: elements(tensor) }, of));
    }
    const signed = tensor.dtype === 'int8';
    const of = {
      random: () => random.int(0, 255),
      low: () => (signed ? 128 : 0),
      high: () => (signed ? 127 : 255),
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

export function float32(shape: readonly number[]): CaseTensor {
  return { dtype: 'float32', shape };
}

/** Constant int8 weights with a scale for each index along `axis`. */
export function weights(
  random: Random,
  shape: readonly number[],
  axis: number,
  most = 127,
): CaseTensor {
  const channels = shape[axis]!;
  const perChannel = random.chance(0.7);
  const scales = Array.from({ length: perChannel ? channels : 1 }, () =>
    Math.fround(random.real(0.001, 0.03)),
  );
  const data = Int8Array.from({ length: elements({ dtype: 'int8', shape }) }, () =>
    random.int(-most, most),
  );
  return {
    dtype: 'int8',
    shape,
    quant: { scales, zeroPoints: scales.map(() => 0), axis },
    data: bytesOf(data),
  };
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
