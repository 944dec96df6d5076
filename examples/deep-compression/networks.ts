import { GraphBuilder } from '../../src/ir/graph.ts';
import type { Graph, TensorId } from '../../src/ir/types.ts';
import { opOf } from '../../src/ops/index.ts';
import { bytesOf, product } from '../../src/support/bytes.ts';
import { Random } from '../../src/support/random.ts';
import { initialWeights } from '../../src/train/initialise.ts';

/** LeNet-300-100 (LeCun et al., 1998): 784 pixels, 300 and 100 hidden units, 10 classes. */
export function lenet300(seed: number): Graph {
  const net = new Builder(seed, [1, 784]);
  const first = net.dense(net.input, 300, 'relu', 'ip1');
  const second = net.dense(first, 100, 'relu', 'ip2');
  return net.finish('lenet_300_100', net.dense(second, 10, 'none', 'ip3'));
}

/** LeNet-5 as Deep Compression has it (Caffe's): 20 and 50 filters of 5x5 with 2x2 maximum pools, 500 units. */
export function lenet5(seed: number): Graph {
  const net = new Builder(seed, [1, 28, 28, 1]);
  const first = net.pool(net.conv(net.input, 20, 'conv1'), 'pool1');
  const second = net.pool(net.conv(first, 50, 'conv2'), 'pool2');
  const flat = net.node('reshape', { shape: [1, 800] }, [second], 'flat');
  const third = net.dense(flat, 500, 'relu', 'ip1');
  return net.finish('lenet5', net.dense(third, 10, 'none', 'ip2'));
}

class Builder {
  readonly #builder = new GraphBuilder();
  readonly #random: Random;
  readonly input: TensorId;

  constructor(seed: number, shape: readonly number[]) {
    this.#random = new Random(seed);
    this.input = this.#builder.addTensor('image', { dtype: 'float32', shape });
  }

  dense(from: TensorId, units: number, activation: string, name: string): TensorId {
    const depth = product(this.#builder.tensor(from).shape);
    const attrs = { activation, rounding: 'double', keepDims: false };
    return this.node('dense', attrs, [from, ...this.#weights([units, depth], name)], name);
  }

  conv(from: TensorId, filters: number, name: string): TensorId {
    const channels = this.#builder.tensor(from).shape[3]!;
    const attrs = { ...window(5, 1), activation: 'none' };
    return this.node(
      'conv2d',
      attrs,
      [from, ...this.#weights([filters, 5, 5, channels], name)],
      name,
    );
  }

  pool(from: TensorId, name: string): TensorId {
    return this.node('max_pool', { ...window(2, 2), activation: 'none' }, [from], name);
  }

  node(op: string, attrs: unknown, inputs: readonly TensorId[], name: string): TensorId {
    const types = inputs.map((id) => this.#builder.tensor(id));
    const [shape] = opOf(op).inferShapes(attrs, types);
    const output = this.#builder.addTensor(name, { dtype: 'float32', shape: shape! });
    const origin = { file: 'lenet', operator: this.#builder.nodes.length, name };
    this.#builder.nodes.push({ op, attrs, inputs, outputs: [output], origin });
    return output;
  }

  finish(name: string, output: TensorId): Graph {
    return this.#builder.finish(name, [this.input], [output]);
  }

  #weights(shape: readonly number[], name: string): TensorId[] {
    const values = initialWeights(product(shape), product(shape.slice(1)), this.#random);
    const type = { dtype: 'float32', shape } as const;
    const bias = { dtype: 'float32', shape: shape.slice(0, 1) } as const;
    return [
      this.#builder.addTensor(`${name}_weights`, type, bytesOf(values)),
      this.#builder.addTensor(`${name}_bias`, bias, bytesOf(new Float32Array(shape[0]!))),
    ];
  }
}

function window(size: number, stride: number) {
  return {
    kernel: [size, size],
    stride: [stride, stride],
    dilation: [1, 1],
    padding: [0, 0, 0, 0],
    rounding: 'double',
  };
}
