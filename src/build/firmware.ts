import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { CompileError } from '../support/diagnostics.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import {
  makeTemporaryFolder,
  noTemporaryFolder,
  removeFolder,
} from '../system/temporary-folder.ts';
import { requireBinutil, requireTool, TOOLS } from '../support/tools.ts';
import type { Board } from '../target/board.ts';
import { compileSources, writeFiles } from './compile-sources.ts';
import { floatHelpers, misplaced, readElf } from './elf.ts';
import type { ElfFacts } from './elf.ts';
import { COMMON, coreFlags } from './flags.ts';
import { illegalInstructions } from './instructions.ts';
import { explainOverflow } from './overflow.ts';
import { idle, requireMade, runTool } from './run-tool.ts';
import type { Limits } from './run-tool.ts';
import { deepestStack, printFrame } from './stack.ts';
import type { Frame } from './stack.ts';

/** Generated files and how to compile them. */
export interface Sources {
  readonly files: ReadonlyMap<string, string>;
  readonly library: readonly string[];
  readonly firmware: readonly string[];
  readonly defines: readonly string[];
  /** The function whose deepest stack is wanted. */
  readonly entry: string;
  /** What no compiler tells: stack of assembly functions, and calls through pointers or by assembly. */
  readonly frames: readonly Frame[];
  /** The model computes in float, so that float helpers are in order. */
  readonly usesFloat: boolean;
}

export interface Built {
  /** Folder with firmware.elf and all sources; the caller removes it. */
  readonly folder: string;
  readonly elf: string;
  readonly facts: ElfFacts;
  /** Bytes, from the frames that gcc reports along the longest path of calls. */
  readonly stackBound: number;
}

/** Builds firmware for a board and checks what came out of it. */
export async function buildFirmware(
  board: Board,
  sources: Sources,
  limits: Limits = {},
): Promise<Built> {
  const gcc = requireTool(TOOLS.armGcc);
  const folder = await makeTemporaryFolder();
  try {
    await writeFiles(folder, sources.files).catch((error: unknown) => {
      throw noTemporaryFolder(folder, error);
    });
    const flags = [
      ...coreFlags(board),
      ...COMMON,
      '-ffunction-sections',
      '-fdata-sections',
      '-fcallgraph-info=su',
    ];
    const defines = sources.defines.map((define) => `-D${define}`);
    const all = [...sources.library, ...sources.firmware];
    const objects = await compileSources(gcc, folder, all, [...flags, ...defines], limits);
    await runTool(gcc, linkArguments(board, objects), folder, limits).catch((error: unknown) => {
      throw explainOverflow(error, board);
    });
    for (const file of ['firmware.elf', 'firmware.map']) requireMade(gcc, folder, file);
    const facts = await readElf(gcc, folder, 'firmware.elf', limits);
    const illegal = await illegalInstructions(gcc, folder, board, limits);
    checkElf(facts, illegal, board, sources);
    const graphs = await Promise.all(
      all
        .filter((file) => file.endsWith('.c'))
        .map((file) => {
          const graph = file.replace(/\.c$/, '.ci');
          requireMade(gcc, folder, graph);
          return readFile(path.join(folder, graph), 'utf8');
        }),
    );
    const stackBound = deepestStack([...graphs, ...sources.frames.map(printFrame)], sources.entry);
    if (stackBound === 0) throw idle(gcc, `told no stack of ${sources.entry}`);
    return { folder, elf: path.join(folder, 'firmware.elf'), facts, stackBound };
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

/** firmware.bin and firmware.hex beside firmware.elf. */
export async function convertImages(folder: string, limits: Limits = {}): Promise<void> {
  const objcopy = requireBinutil(requireTool(TOOLS.armGcc), 'objcopy');
  for (const [format, file] of [
    ['binary', 'firmware.bin'],
    ['ihex', 'firmware.hex'],
  ] as const) {
    await runTool(objcopy, ['-O', format, 'firmware.elf', file], folder, limits);
    requireMade(objcopy, folder, file);
  }
}

/** How gcc links objects to firmware.elf by link.ld. */
export function linkArguments(board: Board, objects: readonly string[]): string[] {
  const link = [
    '-nostartfiles',
    '--specs=nano.specs',
    '-Wl,--gc-sections',
    '-Wl,-T,link.ld',
    '-Wl,-Map,firmware.map',
  ];
  return [
    ...coreFlags(board),
    ...link,
    '-Wl,--no-warn-rwx-segments',
    ...objects,
    '-o',
    'firmware.elf',
  ];
}

function checkElf(
  facts: ElfFacts,
  illegal: readonly string[],
  board: Board,
  sources: Sources,
): void {
  const problems: Diagnostic[] = [];
  const report = (code: string, found: readonly string[], message: string) => {
    if (found.length === 0) return;
    problems.push({
      code,
      message,
      notes: found,
      where: board.name,
      hint: 'report this: thimble should not have built it',
    });
  };
  if (!sources.usesFloat) {
    report(
      'float-helpers',
      floatHelpers(facts),
      'the firmware calls float helpers, the model has no float',
    );
  }
  report(
    'illegal-instructions',
    illegal,
    `the firmware has instructions that a ${board.cpu} lacks`,
  );
  report('misplaced-section', misplaced(facts, board), 'a section lies outside the memories');
  if (problems.length > 0) throw new CompileError(problems, 'run-failed');
}
