import { GraphBuilder, typedNode } from '../ir/graph.ts';
import { constantValue, valueBytes } from '../ir/values.ts';
import { opOf } from '../ops/index.ts';
import type { Pass } from './pass.ts';

// dequantize(constant)  =>  constant
export const foldConstants: Pass = {
  name: 'fold-constants',
  summary: 'Nodes whose inputs are all constant become constants (float16 weights among them)',
  run(graph) {
    const builder = new GraphBuilder(graph);
    for (const node of graph.nodes) {
      const typed = typedNode(builder, node);
      const constant = typed.inputs.every((tensor) => tensor === undefined || tensor.data);
      if (!constant || node.outputs.some((id) => graph.outputs.includes(id))) {
        builder.nodes.push(node);
        continue;
      }
      const values = typed.inputs.map((tensor) => tensor && constantValue(tensor));
      opOf(node.op)
        .evaluate(typed, values)
        .forEach((value, i) => {
          builder.setTensor({ ...typed.outputs[i]!, data: valueBytes(value) });
        });
    }
    return builder.finish(graph.name, graph.inputs, graph.outputs);
  },
};
