import type { TypedNode } from '../../ir/types.ts';
import type { Activation as Clamp } from '../../ops/activation/clamp.ts';
import type { Layer, LayerContext } from '../layer.ts';
import { gradientsOf } from '../layer.ts';
import { clampOf } from './clamp.ts';

/** The same elements under another shape. */
export function copyLayer(node: TypedNode, context: LayerContext): Layer {
  return sumLayer({ ...node, attrs: { activation: 'none' } }, context);
}

/** The sum of operands of one shape (of a single one in a ReLU), with a clamp. */
export function sumLayer(
  node: TypedNode<{ readonly activation: Clamp }>,
  context: LayerContext,
): Layer {
  const operands = node.inputs.map((tensor) => context.activation(tensor!.id));
  const to = context.activation(node.outputs[0]!.id);
  const clamp = clampOf(node.attrs.activation);
  return {
    name: node.origin.name,
    parameters: [],
    forward(samples) {
      const count = samples * to.size;
      to.values.set(operands[0]!.values.subarray(0, count));
      for (const { values } of operands.slice(1))
        for (let i = 0; i < count; i++) to.values[i]! += values[i]!;
      clamp?.forward(to, samples);
    },
    backward(samples) {
      clamp?.backward(to, samples);
      const back = gradientsOf(to);
      for (const { gradients } of operands)
        if (gradients) for (let i = 0; i < samples * to.size; i++) gradients[i]! += back[i]!;
    },
  };
}
