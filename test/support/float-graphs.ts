import { GraphBuilder } from '../../src/ir/graph.ts';
import type { Graph, TensorId } from '../../src/ir/types.ts';
import { byteLength, elements } from '../../src/ir/types.ts';
import { opOf } from '../../src/ops/index.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import type { Random } from '../../src/support/random.ts';

/** Builds float graphs by hand: shapes are inferred, every node has one output. */
export class FloatGraph {
  readonly #builder = new GraphBuilder();
  readonly #inputs: TensorId[] = [];

  input(shape: readonly number[], name = `input${this.#inputs.length}`): TensorId {
    const id = this.#builder.addTensor(name, { dtype: 'float32', shape });
    this.#inputs.push(id);
    return id;
  }

  constant(shape: readonly number[], value: (i: number) => number, name = 'constant'): TensorId {
    const type = { dtype: 'float32', shape } as const;
    const data = Float32Array.from({ length: elements(type) }, (_, i) => value(i));
    return this.#builder.addTensor(name, type, bytesOf(data));
  }

  node(op: string, attrs: unknown, inputs: readonly TensorId[], name = op): TensorId {
    const types = inputs.map((id) => this.#builder.tensor(id));
    const [shape] = opOf(op).inferShapes(attrs, types);
    const output = this.#builder.addTensor(name, { dtype: 'float32', shape: shape! });
    const origin = { file: 'float', operator: this.#builder.nodes.length, name };
    this.#builder.nodes.push({ op, attrs, inputs, outputs: [output], origin });
    return output;
  }

  isConstant(id: TensorId): boolean {
    return this.#builder.tensor(id).data !== undefined;
  }

  finish(...outputs: readonly TensorId[]): Graph {
    return this.#builder.finish('float', this.#inputs, outputs);
  }
}

/** Inputs for a float graph, each value drawn between -most and most. */
export function floatInputs(graph: Graph, random: Random, count: number, most = 1): Uint8Array[] {
  const bytes = graph.inputs.reduce((sum, id) => sum + byteLength(graph.tensors.get(id)!), 0);
  return Array.from({ length: count }, () =>
    bytesOf(Float32Array.from({ length: bytes / 4 }, () => random.real(-most, most))),
  );
}

/** Attributes that operators of a sliding window take. */
export function windowAttributes(size: number, stride = 1) {
  return {
    kernel: [size, size],
    stride: [stride, stride],
    dilation: [1, 1],
    padding: [0, 0, 0, 0],
    activation: 'none',
    rounding: 'double',
  };
}
