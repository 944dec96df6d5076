import { GraphBuilder } from '../../src/ir/graph.ts';
import type { Graph } from '../../src/ir/types.ts';
import { Random } from '../../src/support/random.ts';
import { bias, int8, quantization } from './cases.ts';

/** A fully connected layer of 64 inputs and 32 outputs; of its weights about one in eight is not zero. */
export function sparseNetwork(): Graph {
  const random = new Random(1);
  const builder = new GraphBuilder();
  const input = builder.addTensor('x', int8(random, [1, 64]));
  const stored = Int8Array.from({ length: 64 * 32 }, () =>
    random.chance(0.125) ? random.int(-20, 20) : 0,
  );
  const shape = [32, 64];
  const quant = { ...quantization(random), zeroPoints: [0] };
  const weights = builder.addTensor(
    'w',
    { dtype: 'int8', shape, quant },
    new Uint8Array(stored.buffer),
  );
  const biases = bias(random, 32, 3000);
  const output = builder.addTensor('y', int8(random, [1, 32]));
  builder.nodes.push({
    op: 'dense',
    attrs: { activation: 'none', keepDims: false, rounding: 'single' },
    inputs: [input, weights, builder.addTensor('b', biases, biases.data)],
    outputs: [output],
    origin: { file: 'sparse', operator: 0, name: 'dense' },
  });
  return builder.finish('sparse', [input], [output]);
}
