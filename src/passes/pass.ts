import type { Graph } from '../ir/types.ts';

/** A rewrite of the graph that changes no bit of any output. */
export interface Pass {
  readonly name: string;
  readonly summary: string;
  run(graph: Graph): Graph;
}
