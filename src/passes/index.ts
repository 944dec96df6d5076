import type { Graph } from '../ir/types.ts';
import { convertDepthwise } from './convert-depthwise.ts';
import { fusePad } from './fuse-pad.ts';
import { fuseRelu } from './fuse-relu.ts';
import type { Pass } from './pass.ts';
import { removeDead } from './remove-dead.ts';
import { shrinkChannels } from './shrink/shrink.ts';
import { verifyPass } from './verify.ts';

/** The exact rewrites of a model that is read, in order. */
export const REWRITES: readonly Pass[] = [removeDead, fusePad, fuseRelu, convertDepthwise];

/**
 * All exact rewrites. The compiler takes out channels last, and apart from the others: what it
 * compiles is compared with the graph that still has all of them.
 */
export const PASSES: readonly Pass[] = [...REWRITES, shrinkChannels];

/** Runs passes; each result is verified, types and shapes too, and a broken one blamed on its pass. */
export function runPasses(graph: Graph, passes: readonly Pass[] = REWRITES): Graph {
  return passes.reduce((g, pass) => verifyPass(pass.run(g), pass.name), graph);
}
