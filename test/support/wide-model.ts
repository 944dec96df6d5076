import type { Graph } from '../../src/ir/types.ts';
import { GraphBuilder } from '../../src/ir/graph.ts';
import { Random } from '../../src/support/random.ts';
import type { LoadedModel } from '../../src/workflow/load-model.ts';
import { bias, int8, quantization, weights } from './cases.ts';

/** Boards with several memories, and a network whose two tensors no one of them can hold. */
export const WIDE: readonly (readonly [board: string, side: number, channels: [number, number]])[] =
  [
    ['nucleo-h753zi', 320, [5, 1]],
    ['stm32f4-discovery', 128, [6, 3]],
    ['stm32f746-discovery', 216, [5, 1]],
    ['nucleo-l4r5zi', 256, [4, 3]],
  ];

/** A convolution of one pixel and the mean of each channel: two tensors are alive at a time. */
export function wideModel(side: number, [before, after]: readonly [number, number]): LoadedModel {
  return {
    name: 'wide',
    source: 'wide.thimble',
    bytes: new Uint8Array(),
    graph: wideNetwork(side, before, after),
  };
}

function wideNetwork(side: number, before: number, after: number): Graph {
  const random = new Random(1);
  const builder = new GraphBuilder();
  const node = (op: string, attrs: object, inputs: number[], outputs: number[]) =>
    builder.nodes.push({
      op,
      attrs,
      inputs,
      outputs,
      origin: { file: 'wide', operator: 0, name: op },
    });
  const constant = (name: string, tensor: ReturnType<typeof weights>) =>
    builder.addTensor(name, tensor, tensor.data);
  const input = builder.addTensor('image', int8(random, [1, side, side, before]));
  const quant = quantization(random);
  const mixed = builder.addTensor('mixed', { dtype: 'int8', shape: [1, side, side, after], quant });
  const output = builder.addTensor('means', { dtype: 'int8', shape: [1, after], quant });
  const attrs = {
    ...{ kernel: [1, 1], stride: [1, 1], dilation: [1, 1], padding: [0, 0, 0, 0] },
    ...{ activation: 'none', rounding: 'double' },
  };
  const kernel = constant('w', weights(random, [after, 1, 1, before], 0));
  node('conv2d', attrs, [input, kernel, constant('b', bias(random, after, 999))], [mixed]);
  node('mean', { axes: [1, 2], keepDims: false, rounding: 'double' }, [mixed], [output]);
  return builder.finish('wide', [input], [output]);
}
