import type { TypedNode } from '../../ir/types.ts';
import { sameShape } from '../../ir/types.ts';
import { conv2d } from '../../ops/conv/conv2d.ts';
import { depthwiseConv2d } from '../../ops/conv/depthwise.ts';
import { dense } from '../../ops/dense/dense.ts';
import { add } from '../../ops/elementwise/add.ts';
import type { Op } from '../../ops/op.ts';
import { averagePool, maxPool } from '../../ops/pool/pool.ts';
import { relu } from '../../ops/activation/relu.ts';
import type { MeanAttrs } from '../../ops/reduce/mean-constants.ts';
import { mean } from '../../ops/reduce/mean.ts';
import { reshape } from '../../ops/shape/reshape.ts';
import type { Layer, LayerContext } from '../layer.ts';
import { convLayer } from './conv.ts';
import { denseLayer } from './dense.ts';
import { depthwiseLayer } from './depthwise.ts';
import { copyLayer, sumLayer } from './elementwise.ts';
import { averagePoolLayer, maxPoolLayer, meanLayer } from './pool.ts';

/** How one operator is trained. */
interface Trainable {
  readonly op: string;
  make(node: TypedNode, context: LayerContext): Layer;
  /** Why this use of it is not; undefined when it is. */
  reject(node: TypedNode): string | undefined;
}

const TRAINABLE: readonly Trainable[] = [
  define(dense, denseLayer, rejectComputedWeights),
  define(conv2d, convLayer, (node) =>
    node.inputs[0]!.shape[3] === node.inputs[1]!.shape[3]
      ? rejectComputedWeights(node)
      : 'its channels are in groups',
  ),
  define(depthwiseConv2d, depthwiseLayer, rejectComputedWeights),
  define(maxPool, maxPoolLayer),
  define(averagePool, averagePoolLayer),
  define(mean, meanLayer, rejectPartialMean),
  define(add, sumLayer, rejectBroadcast),
  define(relu, sumLayer),
  define(reshape, copyLayer),
];

/** Operators that training knows. */
export const TRAINABLE_OPERATORS = TRAINABLE.map(({ op }) => op);

/** Why a node cannot be trained, in words; undefined when it can. */
export function rejectLayer(node: TypedNode): string | undefined {
  const found = TRAINABLE.find(({ op }) => op === node.op);
  if (!found) return 'training does not know this operator';
  if (node.outputs[0]!.dtype !== 'float32') return `it computes ${node.outputs[0]!.dtype}`;
  return found.reject(node);
}

/** The layer of a node that `rejectLayer` has nothing against. */
export function makeLayer(node: TypedNode, context: LayerContext): Layer {
  return TRAINABLE.find(({ op }) => op === node.op)!.make(node, context);
}

function define<Attrs>(
  op: Op<Attrs>,
  make: (node: TypedNode<Attrs>, context: LayerContext) => Layer,
  reject: (node: TypedNode<Attrs>) => string | undefined = rejectConstants,
): Trainable {
  return {
    op: op.name,
    make: (node, context) => make(node as TypedNode<Attrs>, context),
    reject: (node) => reject(node as TypedNode<Attrs>),
  };
}

function rejectComputedWeights({ inputs: [input, ...others] }: TypedNode): string | undefined {
  if (input?.data) return 'its input is a constant';
  if (others.some((tensor) => tensor && !tensor.data)) return 'its weights are computed';
  const other = others.find((tensor) => tensor && tensor.dtype !== 'float32');
  return other && `"${other.name}" is ${other.dtype}`;
}

function rejectConstants({ inputs }: TypedNode): string | undefined {
  return inputs[0]?.data ? 'its input is a constant' : undefined;
}

function rejectBroadcast(node: TypedNode): string | undefined {
  if (node.inputs.some((tensor) => tensor?.data)) return 'one of its operands is a constant';
  return node.inputs.every((tensor) => sameShape(tensor!.shape, node.outputs[0]!.shape))
    ? undefined
    : 'its operands have different shapes';
}

function rejectPartialMean({ attrs, inputs: [input] }: TypedNode<MeanAttrs>): string | undefined {
  const axes = [...attrs.axes].sort((a, b) => a - b);
  return input!.shape.length === 4 && axes.join() === '1,2'
    ? undefined
    : 'it is no mean over a whole plane';
}
