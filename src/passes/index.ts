import type { Graph } from '../ir/types.ts';
import { verifyGraph } from '../ir/verify.ts';
import { convertDepthwise } from './convert-depthwise.ts';
import { fusePad } from './fuse-pad.ts';
import { fuseRelu } from './fuse-relu.ts';
import type { Pass } from './pass.ts';
import { removeDead } from './remove-dead.ts';

/** The exact rewrites, in order. */
export const PASSES: readonly Pass[] = [removeDead, fusePad, fuseRelu, convertDepthwise];

/** Runs the passes; each result is verified, and a broken one blamed on its pass. */
export function runPasses(graph: Graph, passes: readonly Pass[] = PASSES): Graph {
  return passes.reduce((g, pass) => verifyGraph(pass.run(g), `pass ${pass.name}`), graph);
}
