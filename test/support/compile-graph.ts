import type { Graph } from '../../src/ir/types.ts';
import { runPasses } from '../../src/passes/index.ts';
import { compileModel } from '../../src/pipeline.ts';
import type { CompileOptions, Program } from '../../src/pipeline.ts';
import type { Target } from '../../src/target/target.ts';

/** Compiles a graph that a test made, as a model file of its name. */
export function compileGraph(
  graph: Graph,
  target: Target,
  name = 'small',
  options: CompileOptions = {},
): Program {
  const model = { name, source: name, bytes: new Uint8Array(), graph: runPasses(graph) };
  return compileModel(model, target, options);
}
