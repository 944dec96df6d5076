import type { TypedNode } from '../../ir/types.ts';
import type { DenseAttrs } from '../../ops/dense/dense.ts';
import type { Layer, LayerContext } from '../layer.ts';
import { clampOf } from './clamp.ts';
import { multiplyGradients, multiplyLines } from './product.ts';

/** input [lines, k], weights [o, k], bias [o] -> [lines, o] */
export function denseLayer(node: TypedNode<DenseAttrs>, context: LayerContext): Layer {
  const [input, constant, bias] = node.inputs;
  const [outputs = 0, depth = 0] = constant!.shape;
  const [from, to] = [context.activation(input!.id), context.activation(node.outputs[0]!.id)];
  const product = {
    engine: context.engine,
    weights: context.parameter(constant!, 'weights'),
    bias: bias && context.parameter(bias, 'bias'),
    ...{ outputs, depth },
  };
  const clamp = clampOf(node.attrs.activation);
  const lines = from.size / depth;
  return {
    name: node.origin.name,
    parameters: [product.weights, ...(product.bias ? [product.bias] : [])],
    forward(samples) {
      multiplyLines(product, from.values, to.values, samples * lines);
      clamp?.forward(to, samples);
    },
    backward(samples) {
      clamp?.backward(to, samples);
      multiplyGradients(product, from.values, to, samples * lines, from.gradients);
    },
  };
}
