import { writeThimble } from '../formats/thimble/container.ts';
import { toThimble } from '../import/from-thimble.ts';
import { importModel } from '../import/import-model.ts';
import type { Graph } from '../ir/types.ts';
import { printGraph } from '../ir/print.ts';
import { assert } from '../support/diagnostics.ts';
import { VERSION } from '../support/version.ts';

/** A graph as a .thimble file, which is one that reads back. */
export function thimbleBytes(graph: Graph, source: string): Uint8Array {
  const bytes = writeThimble(toThimble(graph, `thimble ${VERSION}`));
  assert(
    printGraph(importModel(bytes, source)) === printGraph(graph),
    'the model is another one when it is read back',
  );
  return bytes;
}
