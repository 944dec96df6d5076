import { typedNodes } from '../ir/graph.ts';
import type { Graph, Tensor } from '../ir/types.ts';
import { verifyGraph } from '../ir/verify.ts';
import { rejectNode } from '../ops/check-node.ts';
import { throwIfAny } from '../support/diagnostics.ts';

/** Throws where a quantized graph is none that can run: every bad type, every node that its operator rejects. */
export function checkQuantized(graph: Graph): Graph {
  verifyGraph(graph, 'quantization');
  throwIfAny([
    ...[...graph.tensors.values()].flatMap((tensor) =>
      problem(describeType(tensor), `"${tensor.name}"`, graph.name),
    ),
    ...typedNodes(graph).flatMap((node) =>
      problem(rejectNode(node), `${node.op} "${node.origin.name}"`, graph.name),
    ),
  ]);
  return graph;
}

function problem(reason: string | undefined, what: string, where: string) {
  if (reason === undefined) return [];
  return [
    {
      code: 'not-quantizable',
      message: `${what} cannot be int8: ${reason}`,
      where,
      hint: 'give its tensor another range with --range TENSOR=LOW:HIGH, or calibrate with more typical inputs',
    },
  ];
}

function describeType({ dtype, quant }: Tensor): string | undefined {
  if (dtype === 'float32') return undefined;
  if (!quant) return dtype === 'int8' ? 'it has no quantization' : undefined;
  const scale = quant.scales.find((each) => !(each > 0 && each < Infinity));
  if (scale !== undefined) return `a scale is ${scale}`;
  const zero = quant.zeroPoints.find((each) => !(each >= -128 && each <= 127));
  return zero === undefined ? undefined : `a zero point is ${zero}`;
}
