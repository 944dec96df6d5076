import { GraphBuilder } from '../../src/ir/graph.ts';
import type { Graph, TensorId } from '../../src/ir/types.ts';
import { Random } from '../../src/support/random.ts';
import { bias, int8, quantization, weights } from './cases.ts';

/** An int8 network on square images: three convolutions that halve them, the mean of each channel, classes. */
export function imageNetwork(side: number, channels = 16): Graph {
  const random = new Random(side);
  const builder = new GraphBuilder();
  const quant = () => quantization(random);
  const constant = (tensor: ReturnType<typeof weights>, name: string) =>
    builder.addTensor(name, tensor, tensor.data);
  const node = (op: string, attrs: object, inputs: TensorId[], output: TensorId) => {
    const origin = { file: 'image', operator: builder.nodes.length, name: op };
    builder.nodes.push({ op, attrs, inputs, outputs: [output], origin });
    return output;
  };
  const input = builder.addTensor('image', int8(random, [1, side, side, 3]));
  let tensor = input;
  for (let i = 1; i <= 3; i++) {
    const [from, size] = [builder.tensor(tensor).shape[3]!, side >> i];
    const taps = constant(weights(random, [channels, 3, 3, from], 0), `w${i}`);
    const shape = [1, size, size, channels];
    tensor = node(
      'conv2d',
      {
        ...{ kernel: [3, 3], stride: [2, 2], dilation: [1, 1], padding: [0, 0, 1, 1] },
        ...{ activation: 'relu', rounding: 'double' },
      },
      [tensor, taps, constant(bias(random, channels, 999), `b${i}`)],
      builder.addTensor(`halved${i}`, { dtype: 'int8', shape, quant: quant() }),
    );
  }
  const { shape, quant: same } = builder.tensor(tensor);
  const pooled = {
    dtype: 'int8',
    shape: [1, 1, 1, channels],
    ...(same && { quant: same }),
  } as const;
  tensor = node(
    'average_pool',
    {
      ...{ kernel: shape.slice(1, 3), stride: [1, 1], dilation: [1, 1], padding: [0, 0, 0, 0] },
      ...{ activation: 'none', rounding: 'double' },
    },
    [tensor],
    builder.addTensor('pooled', pooled),
  );
  tensor = node(
    'reshape',
    { shape: [1, channels] },
    [tensor],
    builder.addTensor('flat', { ...pooled, shape: [1, channels] }),
  );
  const output = node(
    'dense',
    { activation: 'none', rounding: 'double', keepDims: false },
    [tensor, constant(weights(random, [4, channels], 0), 'w'), constant(bias(random, 4, 999), 'b')],
    builder.addTensor('classes', { dtype: 'int8', shape: [1, 4], quant: quant() }),
  );
  return builder.finish('image', [input], [output]);
}
