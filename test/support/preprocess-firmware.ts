import path from 'node:path';
import { buildFirmware } from '../../src/build/firmware.ts';
import { buildHost } from '../../src/build/host.ts';
import { emitFirmware, emitHostFirmware } from '../../src/codegen/firmware.ts';
import type { Graph } from '../../src/ir/types.ts';
import { removeFolder } from '../../src/system/temporary-folder.ts';
import type { Board } from '../../src/target/board.ts';
import { targetOf } from '../../src/target/target.ts';
import { firmwareOptions, sourcesOf } from '../../src/workflow/build-model.ts';
import { DRIVERS } from '../../src/workflow/execute.ts';
import { compileGraph } from './compile-graph.ts';

/** A main.c that prints what a preprocess makes, with the preprocess's files. */
export interface PreprocessFirmware {
  /** A model of some kind: its firmware's other parts are needed. */
  readonly graph: Graph;
  readonly preprocess: ReadonlyMap<string, string>;
  readonly main: string;
  /** What is printed, in blocks of the same length. */
  readonly blocks: number;
  readonly blockBytes: number;
}

/** Builds it for the host or for a board under QEMU; the blocks that it prints. */
export async function printedBy(
  { graph, preprocess, main, blocks, blockBytes }: PreprocessFirmware,
  where: 'host' | 'qemu',
  board: Board,
): Promise<readonly Uint8Array[]> {
  const program = compileGraph(graph, targetOf(board));
  const options = firmwareOptions(program, board, 'none');
  const onHost = where === 'host';
  const firmware = onHost
    ? emitHostFirmware(program.library, options)
    : emitFirmware(board, program.library, options);
  const own = sourcesOf(program, firmware);
  const sources = {
    ...own,
    files: new Map([...own.files, ...preprocess, ['main.c', main]]),
    library: [...own.library, ...[...preprocess.keys()].filter((file) => file.endsWith('.c'))],
    usesFloat: true,
  };
  const built = onHost
    ? await buildHost(sources)
    : await buildFirmware(board, sources).then(({ elf, folder }) => ({ program: elf, folder }));
  try {
    const { outputs } = await DRIVERS[where].run({
      ...(onHost ? {} : { board }),
      ...{ program: path.resolve(built.program), outputBytes: blockBytes },
      vectors: Array.from({ length: blocks }, () => new Uint8Array(1)),
      ...{ timeoutMs: 120_000, exactTime: false },
    });
    return outputs;
  } finally {
    await removeFolder(built.folder);
  }
}
