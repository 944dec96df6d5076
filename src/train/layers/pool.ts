import type { TypedNode } from '../../ir/types.ts';
import type { PoolAttrs } from '../../ops/pool/pool.ts';
import type { Layer, LayerContext } from '../layer.ts';
import { gradientsOf } from '../layer.ts';
import type { Plane } from '../taps.ts';
import { planeOf, tapsOf } from '../taps.ts';
import { clampOf } from './clamp.ts';

/** input [y, x, c] -> [y, x, c]; the gradient goes to the largest of each window, the first of equals. */
export function maxPoolLayer(node: TypedNode<PoolAttrs>, context: LayerContext): Layer {
  const { from, to, channels, taps, window, places, clamp } = poolOf(node, context);
  const windows = [taps, places, window, channels];
  const { engine, batch } = context;
  const largest = engine.integers(batch * to.size);
  const ofSample = <T extends Float32Array | Int32Array>(all: T, size: number, s: number) =>
    all.subarray(s * size, (s + 1) * size) as T;
  return {
    name: node.origin.name,
    parameters: [],
    forward(samples) {
      for (let s = 0; s < samples; s++) {
        const ends = [ofSample(from.values, from.size, s), ofSample(to.values, to.size, s)];
        const places = ofSample(largest, to.size, s);
        engine.run('pool', ...windows, ...ends, places);
      }
      clamp?.forward(to, samples);
    },
    backward(samples) {
      if (!from.gradients) return;
      clamp?.backward(to, samples);
      const gradients = gradientsOf(to);
      for (let s = 0, y = 0; s < samples; s++)
        for (let end = y + to.size; y < end; y++)
          from.gradients[s * from.size + largest[y]!]! += gradients[y]!;
    },
  };
}

/** input [y, x, c] -> [y, x, c]; padding does not count. */
export function averagePoolLayer(node: TypedNode<PoolAttrs>, context: LayerContext): Layer {
  return averageOf(node.origin.name, poolOf(node, context));
}

/** input [y, x, c] -> [c]: the mean over the whole plane. */
export function meanLayer(node: TypedNode, context: LayerContext): Layer {
  const plane = planeOf(node.inputs[0]!.shape);
  const window = plane.height * plane.width;
  return averageOf(node.origin.name, {
    ...endsOf(node, context),
    channels: plane.channels,
    taps: Int32Array.from({ length: window }, (_, i) => i),
    ...{ window, places: 1, clamp: undefined },
  });
}

type Pool = ReturnType<typeof poolOf>;

function averageOf(name: string, { from, to, channels, taps, window, places, clamp }: Pool): Layer {
  const shares = Float32Array.from({ length: places }, (_, place) => {
    const seen = taps.subarray(place * window, (place + 1) * window).filter((pixel) => pixel >= 0);
    return 1 / seen.length;
  });
  const each = (samples: number, visit: (x: number, y: number, share: number) => void) => {
    for (let s = 0; s < samples; s++)
      for (let i = 0; i < taps.length; i++) {
        if (taps[i]! < 0) continue;
        const place = Math.floor(i / window);
        visit(s * from.size + taps[i]! * channels, s * to.size + place * channels, shares[place]!);
      }
  };
  return {
    name,
    parameters: [],
    forward(samples) {
      to.values.fill(0, 0, samples * to.size);
      each(samples, (x, y, share) => {
        for (let c = 0; c < channels; c++) to.values[y + c]! += share * from.values[x + c]!;
      });
      clamp?.forward(to, samples);
    },
    backward(samples) {
      const { gradients } = from;
      if (!gradients) return;
      clamp?.backward(to, samples);
      const back = gradientsOf(to);
      each(samples, (x, y, share) => {
        for (let c = 0; c < channels; c++) gradients[x + c]! += share * back[y + c]!;
      });
    },
  };
}

function poolOf(node: TypedNode<PoolAttrs>, context: LayerContext) {
  const plane: Plane = planeOf(node.inputs[0]!.shape);
  const output = planeOf(node.outputs[0]!.shape);
  const [rows, columns] = node.attrs.kernel;
  return {
    ...endsOf(node, context),
    channels: plane.channels,
    taps: tapsOf(context.engine, node.attrs, plane, output),
    window: rows * columns,
    places: output.height * output.width,
    clamp: clampOf(node.attrs.activation),
  };
}

function endsOf(node: TypedNode, context: LayerContext) {
  return {
    from: context.activation(node.inputs[0]!.id),
    to: context.activation(node.outputs[0]!.id),
  };
}
