import type { Graph, Quantization } from '../../src/ir/types.ts';
import { Random } from '../../src/support/random.ts';
import { toThimble } from '../../src/import/from-thimble.ts';
import { writeThimble } from '../../src/formats/thimble/container.ts';
import { GraphBuilder } from '../../src/ir/graph.ts';
import { bias, floatWeights, int8, quantization, weights } from './cases.ts';
import type { CaseTensor } from './cases.ts';
import { writeTflite } from './tflite-writer.ts';
import type { FileTensor } from './tflite-writer.ts';

/** A small int8 network of the usual shape: convolution, depthwise, add, pool, dense, softmax. */
export function smallNetwork(seed = 1): Graph {
  const random = new Random(seed);
  const builder = new GraphBuilder();
  const origin = (name: string) => ({ file: 'small', operator: builder.nodes.length, name });
  const quant = () => quantization(random);
  const constant = (tensor: ReturnType<typeof weights>, name: string) =>
    builder.addTensor(name, tensor, tensor.data);
  const activation = (name: string, shape: number[], q: Quantization = quant()) =>
    builder.addTensor(name, { dtype: 'int8', shape, quant: q });
  const window = {
    kernel: [3, 3],
    stride: [1, 1],
    dilation: [1, 1],
    padding: [1, 1, 1, 1],
    activation: 'relu',
    rounding: 'double',
  };
  const node = (op: string, attrs: object, inputs: number[], output: number) =>
    builder.nodes.push({ op, attrs, inputs, outputs: [output], origin: origin(op) });
  const input = builder.addTensor('image', int8(random, [1, 8, 8, 3]));
  const a = activation('a', [1, 8, 8, 8]);
  node(
    'conv2d',
    window,
    [input, constant(weights(random, [8, 3, 3, 3], 0), 'w0'), constant(bias(random, 8, 999), 'b0')],
    a,
  );
  const b = activation('b', [1, 8, 8, 8]);
  node(
    'depthwise_conv2d',
    window,
    [a, constant(weights(random, [1, 3, 3, 8], 3), 'w1'), constant(bias(random, 8, 999), 'b1')],
    b,
  );
  const sum = activation('sum', [1, 8, 8, 8]);
  node('add', { activation: 'none', rounding: 'double' }, [a, b], sum);
  const pooled = activation('pooled', [1, 4, 4, 8], builder.tensor(sum).quant);
  node(
    'max_pool',
    { ...window, kernel: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], activation: 'none' },
    [sum],
    pooled,
  );
  const flat = activation('flat', [1, 128], builder.tensor(sum).quant);
  node('reshape', { shape: [1, 128] }, [pooled], flat);
  const logits = activation('logits', [1, 4]);
  node(
    'dense',
    { activation: 'none', rounding: 'double', keepDims: false },
    [flat, constant(weights(random, [4, 128], 0), 'w2'), constant(bias(random, 4, 999), 'b2')],
    logits,
  );
  const output = activation('output', [1, 4], { scales: [1 / 256], zeroPoints: [-128], axis: 0 });
  node('softmax', { beta: 1, arithmetic: 'fixed' }, [logits], output);
  return builder.finish('small', [input], [output]);
}

/** A float network with padding and a clamp that passes can fuse. */
export function smallFloatNetwork(seed = 1): Graph {
  const random = new Random(seed);
  const builder = new GraphBuilder();
  const float = (name: string, shape: number[]) =>
    builder.addTensor(name, { dtype: 'float32', shape });
  const constant = (shape: number[], name: string) => {
    const tensor = floatWeights(random, shape);
    return builder.addTensor(name, tensor, tensor.data);
  };
  const node = (op: string, attrs: object, inputs: number[], output: number) =>
    builder.nodes.push({
      op,
      attrs,
      inputs,
      outputs: [output],
      origin: { file: 'small', operator: builder.nodes.length, name: op },
    });
  const input = float('image', [1, 6, 6, 2]);
  const padded = float('padded', [1, 8, 8, 2]);
  node('pad', { before: [0, 1, 1, 0], after: [0, 1, 1, 0] }, [input], padded);
  const convolved = float('convolved', [1, 6, 6, 4]);
  node(
    'conv2d',
    {
      kernel: [3, 3],
      stride: [1, 1],
      dilation: [1, 1],
      padding: [0, 0, 0, 0],
      activation: 'none',
      rounding: 'double',
    },
    [padded, constant([4, 3, 3, 2], 'w'), constant([4], 'b')],
    convolved,
  );
  const clamped = float('clamped', [1, 6, 6, 4]);
  node('relu', { activation: 'relu6', rounding: 'double' }, [convolved], clamped);
  const unused = float('unused', [1, 6, 6, 4]);
  node('tanh', {}, [clamped], unused);
  const output = float('output', [1, 4]);
  node('mean', { axes: [1, 2], keepDims: false, rounding: 'double' }, [clamped], output);
  return builder.finish('small_float', [input], [output]);
}

/** A .tflite file of an int8 convolution, a clamp, a pool and a fully connected layer. */
export function smallTflite(seed = 1): Uint8Array {
  const random = new Random(seed);
  const [INT32, INT8] = [2, 9];
  const file = ({ shape, quant, data, dtype }: CaseTensor): FileTensor => ({
    type: dtype === 'int32' ? INT32 : INT8,
    shape,
    ...(quant && { scales: quant.scales, zeroPoints: quant.zeroPoints, axis: quant.axis }),
    ...(data && { data }),
  });
  const [a, b] = [quantization(random), quantization(random)];
  const operator = (code: number, optionsType: number, inputs: number[], output: number) => ({
    ...{ code, optionsType, inputs, outputs: [output] },
    options: [1, 2, 3, 4].map((field) => [field, 'int', 1] as const),
  });
  return writeTflite({
    tensors: [
      int8(random, [1, 6, 6, 3]),
      weights(random, [4, 3, 3, 3], 0),
      bias(random, 4, 999),
      int8(random, [1, 6, 6, 4], a),
      int8(random, [1, 6, 6, 4], a),
      weights(random, [5, 144], 0),
      bias(random, 5, 999),
      int8(random, [1, 5], b),
    ].map(file),
    operators: [
      { ...operator(3, 1, [0, 1, 2], 3), options: [1, 2, 4, 5].map((f) => [f, 'int', 1] as const) },
      operator(17, 5, [3], 4),
      { code: 9, optionsType: 8, inputs: [4, 5, 6], outputs: [7] },
    ],
    inputs: [0],
    outputs: [7],
  });
}

export function thimbleFile(graph: Graph): Uint8Array {
  return writeThimble(toThimble(graph, 'test'));
}
