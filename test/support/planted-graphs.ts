import { GraphBuilder } from '../../src/ir/graph.ts';
import type { Graph, Quantization, TensorId } from '../../src/ir/types.ts';
import { elements } from '../../src/ir/types.ts';
import { opOf } from '../../src/ops/index.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { Random } from '../../src/support/random.ts';
import { int8, quantization, weights } from './cases.ts';

/**
 * int8 networks in which channels were made constant or unread on purpose: by biases that saturate,
 * rows and columns of zeros, slices, over joins, pads, pools and depthwise convolutions.
 */
export function plantedGraph(seed: number): Graph {
  return new Planter(new Random(seed)).grow();
}

const PLANES = ['conv', 'conv', 'depthwise', 'add', 'concat', 'pad', 'pool', 'relu'] as const;
const MOVES = ['split', 'slice', 'resize', 'quantize', 'blocks', 'mul'] as const;

class Planter {
  readonly #builder = new GraphBuilder();
  readonly #rounding: string;
  /** Of all weights: legacy models have one. */
  readonly #weightZero: number;

  constructor(readonly random: Random) {
    this.#rounding = random.pick(['double', 'single']);
    this.#weightZero = random.chance(0.3) ? random.int(-20, 20) : 0;
  }

  grow(): Graph {
    const { random } = this;
    const input = this.#builder.addTensor('x', int8(random, [1, 6, 6, random.int(1, 5)]));
    let plane = this.#conv(input, random.pick([8, 12, 16]));
    const outputs: TensorId[] = [];
    for (let i = 0; i < random.int(2, 6); i++) {
      plane = this.#step(plane);
      if (random.chance(0.1)) outputs.push(plane);
    }
    const [, height = 1, width = 1, channels = 1] = this.#shape(plane);
    const flat = random.chance(0.5)
      ? this.#node(
          'reshape',
          { shape: [1, height * width * channels] },
          [plane],
          this.#quant(plane),
        )
      : this.#node('mean', { axes: [1, 2], keepDims: false, rounding: this.#rounding }, [plane]);
    const hidden = this.#dense(flat, 12);
    outputs.push(this.#dense(hidden, random.int(1, 5)));
    return this.#builder.finish('planted', [input], outputs);
  }

  #step(x: TensorId): TensorId {
    const { random } = this;
    const clamp = { activation: 'none', rounding: this.#rounding };
    const channels = this.#shape(x)[3]!;
    const quant = this.#quant(x);
    switch (random.pick([...PLANES, ...MOVES])) {
      case 'conv':
        return this.#conv(x, random.pick([8, 12]));
      case 'depthwise':
        return this.#depthwise(x, channels <= 8 ? random.int(1, 2) : 1);
      case 'add':
        return this.#node('add', clamp, [x, this.#conv(x, channels, 1)]);
      case 'mul':
        return this.#node('mul', clamp, [x, this.#constant([1, 1, 1, channels])]);
      case 'concat':
        return this.#node('concat', { axis: 3 }, [x, this.#conv(x, 8, 1, quant)], quant);
      case 'pad': {
        const around = random.int(0, 1);
        const sizes = { before: [0, around, 0, random.int(0, 5)], after: [0, 0, around, 0] };
        return this.#node('pad', { ...sizes, value: random.pick([0, 0, 0.25]) }, [x], quant);
      }
      case 'pool': {
        const attrs = { ...this.#window(2, random.int(0, 1)), stride: [1, 1], activation: 'none' };
        return this.#node(random.pick(['max_pool', 'average_pool']), attrs, [x], quant);
      }
      case 'relu':
        return this.#node('relu', { ...clamp, activation: random.pick(['relu', 'relu6']) }, [x]);
      case 'quantize':
        return this.#node('quantize', { rounding: this.#rounding }, [x]);
      case 'split':
        return this.#node('split', { axis: 3, sizes: [channels] }, [x], quant);
      case 'slice': {
        const shape = [...this.#shape(x).slice(0, 3), channels - 3];
        const attrs = { start: [0, 0, 0, random.int(0, 3)], step: [1, 1, 1, 1] };
        return this.#node('slice', { ...attrs, count: shape, shape }, [x], quant);
      }
      case 'resize': {
        const attrs = { height: 4, width: 3, alignCorners: false, halfPixel: random.chance(0.5) };
        return this.#node(random.pick(['resize_bilinear', 'resize_nearest']), attrs, [x], quant);
      }
      case 'blocks':
        return this.#shape(x)
          .slice(1, 3)
          .every((size) => size % 2 === 0) && channels <= 12
          ? this.#node('space_to_depth', { block: 2 }, [x], quant)
          : this.#node('transpose', { permutation: [0, 2, 1, 3] }, [x], quant);
    }
  }

  #conv(x: TensorId, outputs: number, size = this.random.pick([1, 3]), quant?: Quantization) {
    const attrs = this.#window(size, this.random.int(0, 1));
    const shape = [outputs, ...attrs.kernel, this.#shape(x)[3]!];
    return this.#weighted('conv2d', attrs, { x, shape, axis: 0, quant });
  }

  #depthwise(x: TensorId, multiplier: number) {
    const attrs = this.#window(3, this.random.int(0, 1));
    const shape = [1, ...attrs.kernel, this.#shape(x)[3]! * multiplier];
    return this.#weighted('depthwise_conv2d', attrs, { x, shape, axis: 3 });
  }

  #dense(x: TensorId, outputs: number) {
    const { random } = this;
    const attrs = { activation: random.pick(['none', 'relu']), rounding: this.#rounding };
    const shape = [outputs, this.#shape(x).at(-1)!];
    return this.#weighted('dense', { ...attrs, keepDims: false }, { x, shape, axis: 0 });
  }

  // SAME for `padded`, VALID otherwise; as much of either as the plane allows.
  #window(size: number, padded: number) {
    const pad = size > 1 ? padded : 0;
    const activation = this.random.pick(['none', 'relu', 'relu6']);
    const padding = [pad, pad, pad, pad];
    const kernel = [size, size];
    return {
      kernel,
      stride: [1, 1],
      dilation: [1, 1],
      padding,
      activation,
      rounding: this.#rounding,
    };
  }

  #weighted(
    op: string,
    attrs: object,
    to: { x: TensorId; shape: readonly number[]; axis: number; quant?: Quantization | undefined },
  ): TensorId {
    const { random } = this;
    const { x, shape, axis, quant } = to;
    const outputs = shape[axis]!;
    const { data, ...type } = weights(random, shape, axis);
    const values = new Int8Array(data!.buffer);
    const columns = op === 'depthwise_conv2d' ? 1 : this.#shape(x).at(-1)!;
    const unread = Array.from({ length: columns }, () => columns > 1 && random.chance(0.25));
    const bias = Int32Array.from({ length: outputs }, () => random.int(-2000, 2000));
    const row = (i: number) =>
      axis === 0 ? Math.floor((i * outputs) / values.length) : i % outputs;
    const rows = Array.from(bias, () => random.pick(['live', 'live', 'zero', 'low', 'high']));
    values.forEach((_, i) => {
      if (unread[i % columns] || rows[row(i)] === 'zero') values[i] = this.#weightZero;
    });
    rows.forEach((kind, o) => {
      if (kind === 'low' || kind === 'high') bias[o] = (kind === 'low' ? -1 : 1) * 2 ** 28;
    });
    const zeroed = {
      ...type.quant!,
      zeroPoints: type.quant!.zeroPoints.map(() => this.#weightZero),
    };
    const w = this.#builder.addTensor('w', { ...type, quant: zeroed }, bytesOf(values));
    const b = this.#builder.addTensor('b', { dtype: 'int32', shape: [outputs] }, bytesOf(bias));
    return this.#node(op, attrs, [x, w, random.chance(0.9) ? b : undefined], quant);
  }

  #constant(shape: readonly number[]): TensorId {
    const type = int8(this.random, shape);
    const data = Int8Array.from({ length: elements(type) }, () => this.random.int(-128, 127));
    return this.#builder.addTensor('constant', type, bytesOf(data));
  }

  #node(
    op: string,
    attrs: object,
    inputs: readonly (TensorId | undefined)[],
    quant: Quantization = quantization(this.random, this.random.pick([-128, 0, 7])),
  ): TensorId {
    const types = inputs.map((id) => (id === undefined ? undefined : this.#builder.tensor(id)));
    let shapes: (readonly number[])[];
    try {
      shapes = opOf(op).inferShapes(attrs, types);
    } catch {
      // A window that does not fit: as it was.
      return inputs[0]!;
    }
    const output = this.#builder.addTensor(op, { dtype: 'int8', shape: shapes[0]!, quant });
    const origin = { file: 'planted', operator: this.#builder.nodes.length, name: op };
    this.#builder.nodes.push({ op, attrs, inputs, outputs: [output], origin });
    return output;
  }

  #shape(id: TensorId): readonly number[] {
    return this.#builder.tensor(id).shape;
  }

  #quant(id: TensorId): Quantization {
    return this.#builder.tensor(id).quant!;
  }
}
