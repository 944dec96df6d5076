import type { OnnxGraph, OnnxNode } from '../../formats/onnx/records.ts';
import type { Diagnostic } from '../../support/diagnostics.ts';
import { shorten } from '../../support/identifiers.ts';
import { malformedModel } from '../malformed-model.ts';

/**
 * The nodes in an order in which each runs after those it reads from, and what is wrong with it:
 * values that nothing writes, that are written twice, or that depend on themselves.
 */
export function sortNodes(
  { nodes, inputs, outputs, initializers }: OnnxGraph,
  file: string,
): { readonly sorted: OnnxNode[]; readonly problems: Diagnostic[] } {
  const { problems, fail } = malformedModel(file);
  const known = new Set([...inputs, ...initializers].map(({ name }) => name));
  const writers = new Map<string, OnnxNode>();
  if (outputs.length === 0) fail('the model has no outputs');
  if (new Set(inputs.map(({ name }) => name)).size < inputs.length)
    fail('the model names an input twice');
  for (const node of nodes)
    for (const name of node.outputs.filter(Boolean)) {
      if (writers.has(name) || known.has(name))
        fail(`the value "${shorten(name)}" is written twice`);
      writers.set(name, node);
    }
  for (const node of nodes)
    for (const name of node.inputs.filter(Boolean))
      if (!writers.has(name) && !known.has(name))
        fail(`node #${node.index} (${node.type}) reads "${shorten(name)}", which nothing writes`);
  for (const { name } of outputs)
    if (!writers.has(name) && !known.has(name))
      fail(`nothing writes the output "${shorten(name)}"`);
  return { sorted: problems.length > 0 ? [] : inOrder(nodes, writers, fail), problems };
}

// Kahn's algorithm: nodes whose inputs are all written, in the file's order where it is free.
function inOrder(
  nodes: readonly OnnxNode[],
  writers: ReadonlyMap<string, OnnxNode>,
  fail: (message: string) => void,
): OnnxNode[] {
  const readers = new Map<OnnxNode, OnnxNode[]>();
  const waiting = new Map<OnnxNode, number>();
  for (const node of nodes) {
    const from = new Set(node.inputs.flatMap((name) => writers.get(name) ?? []));
    waiting.set(node, from.size);
    for (const writer of from) {
      const found = readers.get(writer);
      if (found) found.push(node);
      else readers.set(writer, [node]);
    }
  }
  const sorted: OnnxNode[] = nodes.filter((node) => waiting.get(node) === 0);
  for (const node of sorted) {
    for (const reader of readers.get(node) ?? []) {
      waiting.set(reader, waiting.get(reader)! - 1);
      if (waiting.get(reader) === 0) sorted.push(reader);
    }
  }
  const stuck = nodes.find((node) => waiting.get(node)! > 0);
  if (stuck) fail(`node #${stuck.index} (${stuck.type}) depends on itself`);
  return sorted;
}
