import type { TypedNode } from '../../ir/types.ts';
import type { Conv2dAttrs } from '../../ops/conv/conv2d.ts';
import { product as sizeOf } from '../../support/bytes.ts';
import type { Layer, LayerContext } from '../layer.ts';
import { planeOf, tapsOf } from '../taps.ts';
import { clampOf } from './clamp.ts';
import { multiplyGradients, multiplyLines } from './product.ts';

/**
 * input [y, x, c], weights [o, ky, kx, c], bias [o] -> [y, x, o]: what each window sees is laid out as a line,
 * then it is one matrix product (Chellapilla, Puri and Simard, "High performance convolutional neural
 * networks for document processing", 2006).
 */
export function convLayer(node: TypedNode<Conv2dAttrs>, context: LayerContext): Layer {
  const { engine, batch } = context;
  const [input, constant, bias] = node.inputs;
  const [outputs = 0, ...window] = constant!.shape;
  const depth = sizeOf(window);
  const [plane, outputPlane] = [planeOf(input!.shape), planeOf(node.outputs[0]!.shape)];
  const [from, to] = [context.activation(input!.id), context.activation(node.outputs[0]!.id)];
  const taps = tapsOf(engine, node.attrs, plane, outputPlane);
  const places = outputPlane.height * outputPlane.width;
  // A window of one pixel that never skips one sees the input as it is.
  const same = depth === plane.channels && taps.every((pixel, place) => pixel === place);
  const patches = same ? from.values : engine.floats(batch, places, depth);
  const back = from.gradients && (same ? from.gradients : engine.floats(batch, places, depth));
  const product = {
    engine,
    weights: context.parameter(constant!, 'weights'),
    bias: bias && context.parameter(bias, 'bias'),
    ...{ outputs, depth },
  };
  const clamp = clampOf(node.attrs.activation);
  const each = [taps, taps.length, plane.channels];
  const ofSample = (all: Float32Array, size: number, sample: number) =>
    all.subarray(sample * size, (sample + 1) * size);
  return {
    name: node.origin.name,
    parameters: [product.weights, ...(product.bias ? [product.bias] : [])],
    forward(samples) {
      for (let s = 0; s < samples && !same; s++) {
        const image = ofSample(from.values, from.size, s);
        engine.run('gather', ...each, image, ofSample(patches, places * depth, s));
      }
      multiplyLines(product, patches, to.values, samples * places);
      clamp?.forward(to, samples);
    },
    backward(samples) {
      clamp?.backward(to, samples);
      if (!same) back?.fill(0, 0, samples * places * depth);
      multiplyGradients(product, patches, to, samples * places, back);
      for (let s = 0; s < samples && back && !same; s++) {
        const image = ofSample(from.gradients, from.size, s);
        engine.run('scatter', ...each, ofSample(back, places * depth, s), image);
      }
    },
  };
}
