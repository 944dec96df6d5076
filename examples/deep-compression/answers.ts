import type { Graph } from '../../src/ir/types.ts';
import { storeInputs } from '../../src/compress/prune/store-inputs.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { execute } from '../../src/workflow/execute.ts';
import type { LoadedModel } from '../../src/workflow/load-model.ts';
import { floatsOf } from './pictures.ts';
import type { Pictures } from './pictures.ts';

/** Pictures as an int8 model takes them, from the first one on. */
export function vectorsOf(graph: Graph, from: Pictures, count = from.count): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => storeInputs(graph, bytesOf(floatsOf(from, i))));
}

/** The share of test pictures that an int8 model labels wrongly, 0 to 1: its C, compiled for this machine. */
export async function int8Error(model: LoadedModel, test: Pictures): Promise<number> {
  const vectors = vectorsOf(model.graph, test);
  const { outcome } = await execute({ model, where: 'host', vectors, timeoutMs: 600_000 });
  return wrongAnswers(outcome.outputs, test) / test.count;
}

/** How many of the first outputs have their largest value elsewhere than the label says. */
export function wrongAnswers(outputs: readonly Uint8Array[], { labels }: Pictures): number {
  return outputs.filter((output, i) => {
    const values = new Int8Array(output.buffer, output.byteOffset, output.length);
    return values.indexOf(values.reduce((a, b) => Math.max(a, b))) !== labels[i];
  }).length;
}
