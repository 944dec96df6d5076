import type { TypedNode } from '../../ir/types.ts';
import type { DepthwiseAttrs } from '../../ops/conv/depthwise.ts';
import type { Layer, LayerContext } from '../layer.ts';
import { gradientsOf } from '../layer.ts';
import { planeOf, tapsOf } from '../taps.ts';
import { clampOf } from './clamp.ts';
import { addColumns } from './product.ts';

/** input [y, x, c], weights [1, ky, kx, c * multiplier], bias [o] -> [y, x, o] */
export function depthwiseLayer(node: TypedNode<DepthwiseAttrs>, context: LayerContext): Layer {
  const [input, constant, constantBias] = node.inputs;
  const [plane, outputPlane] = [planeOf(input!.shape), planeOf(node.outputs[0]!.shape)];
  const [from, to] = [context.activation(input!.id), context.activation(node.outputs[0]!.id)];
  const weights = context.parameter(constant!, 'weights', 3);
  const bias = constantBias && context.parameter(constantBias, 'bias');
  const clamp = clampOf(node.attrs.activation);
  const outputs = outputPlane.channels;
  const multiplier = outputs / plane.channels;
  const taps = tapsOf(context.engine, node.attrs, plane, outputPlane);
  const window = weights.values.length / outputs;
  const places = outputPlane.height * outputPlane.width;
  // For each sample, place and tap inside: where its pixel, its weights and its outputs begin.
  const each = (samples: number, visit: (x: number, w: number, y: number) => void) => {
    for (let s = 0; s < samples; s++)
      for (let i = 0; i < taps.length; i++) {
        if (taps[i]! < 0) continue;
        const place = s * places + Math.floor(i / window);
        const x = s * from.size + taps[i]! * plane.channels;
        visit(x, (i % window) * outputs, place * outputs);
      }
  };
  const channelOf = Int32Array.from({ length: outputs }, (_, o) => Math.floor(o / multiplier));
  return {
    name: node.origin.name,
    parameters: [weights, ...(bias ? [bias] : [])],
    forward(samples) {
      const [x, w, y] = [from.values, weights.values, to.values];
      if (bias) for (let i = 0; i < samples * places; i++) y.set(bias.values, i * outputs);
      else y.fill(0, 0, samples * to.size);
      each(samples, (fromX, fromW, toY) => {
        for (let o = 0; o < outputs; o++) y[toY + o]! += x[fromX + channelOf[o]!]! * w[fromW + o]!;
      });
      clamp?.forward(to, samples);
    },
    backward(samples) {
      clamp?.backward(to, samples);
      const [x, w, dx, dw, dy] = [
        from.values,
        weights.values,
        from.gradients,
        weights.gradients,
        gradientsOf(to),
      ];
      if (bias) addColumns(dy, samples * places, bias.gradients);
      each(samples, (fromX, fromW, fromY) => {
        for (let o = 0; o < outputs; o++) {
          const [pixel, gradient] = [fromX + channelOf[o]!, dy[fromY + o]!];
          dw[fromW + o]! += gradient * x[pixel]!;
          if (dx) dx[pixel]! += gradient * w[fromW + o]!;
        }
      });
    },
  };
}
