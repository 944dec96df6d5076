import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CompileError } from '../support/diagnostics.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import { requireTool, TOOLS } from '../support/tools.ts';
import type { Board } from '../target/board.ts';
import { compileSources, runTool, writeFiles } from './compile-sources.ts';
import { floatHelpers, misplaced, readElf } from './elf.ts';
import type { ElfFacts } from './elf.ts';
import { COMMON, coreFlags } from './flags.ts';
import { illegalInstructions } from './instructions.ts';
import { deepestStack } from './stack.ts';

/** Generated files and how to compile them. */
export interface Sources {
  readonly files: ReadonlyMap<string, string>;
  readonly library: readonly string[];
  readonly firmware: readonly string[];
  readonly defines: readonly string[];
  /** The function whose deepest stack is wanted. */
  readonly entry: string;
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
export async function buildFirmware(board: Board, sources: Sources): Promise<Built> {
  const gcc = requireTool(TOOLS.armGcc);
  const folder = await mkdtemp(path.join(tmpdir(), 'thimble-'));
  try {
    await writeFiles(folder, sources.files);
    const flags = [
      ...coreFlags(board),
      ...COMMON,
      '-ffunction-sections',
      '-fdata-sections',
      '-fcallgraph-info=su',
    ];
    const defines = sources.defines.map((define) => `-D${define}`);
    const all = [...sources.library, ...sources.firmware];
    const objects = await compileSources(gcc, folder, all, [...flags, ...defines]);
    await runTool(gcc, linkArguments(board, objects), folder);
    const facts = await readElf(gcc, folder, 'firmware.elf');
    await checkElf(gcc, folder, facts, board, sources);
    const graphs = await Promise.all(
      all.map((file) => readFile(path.join(folder, file.replace(/\.c$/, '.ci')), 'utf8')),
    );
    const stackBound = deepestStack(graphs, sources.entry);
    return { folder, elf: path.join(folder, 'firmware.elf'), facts, stackBound };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** firmware.bin and firmware.hex beside firmware.elf. */
export async function convertImages(folder: string): Promise<void> {
  const objcopy = requireTool(TOOLS.armGcc).replace(/gcc$/, 'objcopy');
  await runTool(objcopy, ['-O', 'binary', 'firmware.elf', 'firmware.bin'], folder);
  await runTool(objcopy, ['-O', 'ihex', 'firmware.elf', 'firmware.hex'], folder);
}

function linkArguments(board: Board, objects: readonly string[]): string[] {
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

async function checkElf(
  gcc: string,
  folder: string,
  facts: ElfFacts,
  board: Board,
  sources: Sources,
): Promise<void> {
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
    await illegalInstructions(gcc, folder, 'firmware.elf', board),
    `the firmware has instructions that a ${board.cpu} lacks`,
  );
  report('misplaced-section', misplaced(facts, board), 'a section lies outside the memories');
  if (problems.length > 0) throw new CompileError(problems, 'run-failed');
}
