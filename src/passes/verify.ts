import { typedNode } from '../ir/graph.ts';
import { printGraph } from '../ir/print.ts';
import type { Graph } from '../ir/types.ts';
import { verifyGraph } from '../ir/verify.ts';
import { rejectNode } from '../ops/check-node.ts';
import { InternalError } from '../support/diagnostics.ts';

/**
 * Checks a graph that a pass made: its structure, and every node's types and shapes by the rules of
 * its operator. Throws InternalError, which blames `pass`.
 */
export function verifyPass(graph: Graph, pass: string): Graph {
  verifyGraph(graph, `pass ${pass}`);
  for (const node of graph.nodes) {
    const reason = rejectNode(typedNode(graph, node));
    if (reason === undefined) continue;
    const what = `${node.op} "${node.origin.name}"`;
    throw new InternalError(`after pass ${pass}: ${what}: ${reason}\n${printGraph(graph)}`);
  }
  return graph;
}
