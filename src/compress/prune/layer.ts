import { typedNode } from '../../ir/graph.ts';
import type { Graph, Node, TensorId, TypedNode } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { constantValue, int32s, int8s } from '../../ir/values.ts';
import { isOp } from '../../ops/op.ts';
import { conv2d } from '../../ops/conv/conv2d.ts';
import { dense } from '../../ops/dense/dense.ts';
import { product } from '../../support/bytes.ts';
import { tapRows } from '../../ops/conv/gather.ts';
import type { Window } from '../../ops/conv/geometry.ts';
import { convolutionTaps, rowTaps } from './taps.ts';
import type { Taps } from './taps.ts';

/** A layer of a quantized graph whose weights may be pruned: a matrix, and what it is multiplied with. */
export interface Layer {
  /** Its output: what names the layer in a graph. */
  readonly id: TensorId;
  readonly name: string;
  readonly op: string;
  /** Output channels, and weights of each. */
  readonly rows: number;
  readonly columns: number;
  /** [rows][columns]: output steps for a step of the input. */
  readonly weights: Float64Array;
  /** [rows], in output steps. */
  readonly bias: Float64Array;
  readonly taps: Taps;
  /** Columns that a block of weights takes together, and rows. */
  readonly blocks: { readonly height: number; readonly columns: readonly (readonly number[])[] };
}

/** The layer of a node, or why its weights stay as they are, in words; undefined where it has none. */
export function layerOf(graph: Graph, node: Node): Layer | string | undefined {
  const typed = typedNode(graph, node);
  const [input, weights, bias] = typed.inputs;
  if (isOp(typed, dense) || isOp(typed, conv2d)) {
    if (!weights?.data) return 'its weights are computed';
    if (weights.dtype !== 'int8' || input!.dtype !== 'int8')
      return `its weights are ${weights.dtype}`;
    if (bias && !bias.data) return 'its bias is computed';
  }
  if (isOp(typed, dense))
    return {
      ...matrixOf(typed),
      taps: rowTaps(weights!.shape[1]!, perTensor(input!).zeroPoint),
      blocks: { height: 8, columns: singles(weights!.shape[1]!) },
    };
  if (!isOp(typed, conv2d)) return undefined;
  if (weights!.shape[3] !== input!.shape[3]) return 'its channels are in groups';
  return {
    ...matrixOf(typed),
    taps: convolutionTaps(typed),
    blocks: { height: 4, columns: pairsOfTaps(typed) },
  };
}

function matrixOf(node: TypedNode): Omit<Layer, 'taps' | 'blocks'> {
  const [weights, bias] = [node.inputs[1]!, node.inputs[2]];
  const [rows = 0, ...rest] = weights.shape;
  const columns = product(rest);
  const steps = rowSteps(node, rows);
  const zeros = weights.quant!.zeroPoints;
  const stored = int8s(constantValue(weights));
  const sums = bias ? int32s(constantValue(bias)) : new Int32Array(rows);
  const rowOf = (i: number) => Math.floor(i / columns);
  return {
    id: node.outputs[0]!.id,
    name: node.origin.name,
    op: node.op,
    ...{ rows, columns },
    weights: Float64Array.from(
      stored,
      (w, i) => (w - zeros[rowOf(i) % zeros.length]!) * steps[rowOf(i)]!,
    ),
    bias: Float64Array.from(sums, (sum, row) => sum * steps[row]!),
  };
}

// What a unit of each row's sums is worth, in output steps.
function rowSteps({ inputs, outputs }: TypedNode, rows: number): number[] {
  const { scales } = inputs[1]!.quant!;
  const by = perTensor(inputs[0]!).scale / perTensor(outputs[0]!).scale;
  return Array.from({ length: rows }, (_, row) => scales[row % scales.length]! * by);
}

function singles(columns: number): number[][] {
  return Array.from({ length: columns }, (_, column) => [column]);
}

// Neighbouring taps of a row of the window, as the kernel on blocks reads them.
function pairsOfTaps(node: TypedNode<Window>): number[][] {
  const taps = tapRows(node);
  return Array.from({ length: taps.rows }, (_, row) =>
    Array.from({ length: Math.ceil(taps.length / 2) }, (_, pair) =>
      [2 * pair, 2 * pair + 1].filter((i) => i < taps.length).map((i) => taps.tapAt(row, i)),
    ),
  ).flat();
}
