import { rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { compileSources } from '../../src/build/compile-sources.ts';
import { buildFirmware, linkArguments } from '../../src/build/firmware.ts';
import { coreFlags } from '../../src/build/flags.ts';
import { emitFirmware } from '../../src/codegen/firmware.ts';
import { runInBatches } from '../../src/emulate/batches.ts';
import { qemu } from '../../src/emulate/qemu.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import type { Graph } from '../../src/ir/types.ts';
import { OPS } from '../../src/ops/index.ts';
import { compileModel } from '../../src/pipeline.ts';
import { Random } from '../../src/support/random.ts';
import { requireTool, TOOLS } from '../../src/support/tools.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { compareOutput } from '../../src/verify/compare.ts';
import { firmwareOptions, sourcesOf } from '../../src/workflow/build-model.ts';
import { loadModel } from '../../src/workflow/load-model.ts';
import { makeVectors } from '../../src/workflow/vectors.ts';
import { acceptedCase } from '../support/accepted-case.ts';
import { graphOfCases } from '../support/cases.ts';
import { hasShared, INT8_MODELS, modelFile } from '../support/shared.ts';

const board = loadBoard('mps2-an386');
const gcc = requireTool(TOOLS.armGcc);
const GCC = [gcc];
// Debian's clang, with the C library's headers of the GNU toolchain.
const CLANG = [
  ...['clang', '--target=arm-none-eabi'],
  ...['-isystem', '/usr/lib/arm-none-eabi/include', '-isystem', '/usr/include/newlib'],
];
const LEVELS = ['-O0', '-Og', '-Os', '-O2', '-O3'];

/** Compilers and flags under which somebody's own project may compile the library. */
const WAYS: readonly {
  readonly name: string;
  readonly command: string[];
  readonly flags: string[];
}[] = [
  ...LEVELS.map((level) => ({ name: `gcc ${level}`, command: GCC, flags: [level] })),
  { name: 'gcc -O2 -flto', command: GCC, flags: ['-O2', '-flto'] },
  {
    name: 'gcc -O2 -fno-omit-frame-pointer',
    command: GCC,
    flags: ['-O2', '-fno-omit-frame-pointer'],
  },
  ...LEVELS.map((level) => ({ name: `clang ${level}`, command: CLANG, flags: [level] })),
];

interface Subject {
  readonly name: string;
  readonly graph: Graph;
}

function everyOperator(): Subject {
  const random = new Random(3);
  const cases = OPS.flatMap(({ name }) => [acceptedCase(name, random), acceptedCase(name, random)]);
  return { name: 'every', graph: graphOfCases(cases) };
}

// Builds the library in each way, links it with the same firmware, and runs it.
async function judge({ name, graph }: Subject, ways: typeof WAYS): Promise<void> {
  const model = { name, source: name, bytes: new Uint8Array(), graph };
  const program = compileModel(model, targetOf(board));
  const firmware = emitFirmware(board, program.library, firmwareOptions(program, board, 'none'));
  const sources = sourcesOf(program, firmware);
  const [{ input } = { input: new Uint8Array() }] = makeVectors(graph, 1, 1);
  const expected = new Interpreter(graph).runBytes(input);
  const built = await buildFirmware(board, sources);
  try {
    for (const { name: way, command, flags } of ways) {
      const [compiler = '', ...first] = command;
      // Casts that need a higher alignment are errors; the library's own flags are not used.
      const all = [
        ...[...first, ...coreFlags(board), '-std=c11', '-Wall', '-Wcast-align', '-Werror'],
        ...[...flags, '-ffunction-sections', ...sources.defines.map((define) => `-D${define}`)],
        ...(compiler === gcc ? ['-Wcast-align=strict', '-Wstrict-aliasing=1'] : []),
      ];
      const library = await compileSources(compiler, built.folder, sources.library, all);
      const own = sources.firmware.map((file) => file.replace(/\.c$/, '.o'));
      const link = linkArguments(board, [...library, ...own]);
      await execa(gcc, [...(flags.includes('-flto') ? flags : []), ...link], { cwd: built.folder });
      const outcome = await runInBatches(qemu, {
        ...{ board, program: path.join(built.folder, 'firmware.elf'), vectors: [input] },
        ...{ timeoutMs: 240_000, exactTime: false, outputBytes: program.library.outputBytes },
      });
      const { difference } = compareOutput(graph, way, 'reference', outcome.outputs[0]!, expected);
      expect(difference, `${name}: ${way}`).toBeUndefined();
    }
  } finally {
    await rm(built.folder, { recursive: true });
  }
}

it.each(WAYS.map((way) => [way.name, way] as const))(
  'every operator compiles and gives the same bytes with %s',
  (_, way) => judge(everyOperator(), [way]),
);

// THIMBLE_MATRIX=full tries each model in each way; otherwise the ways take turns.
const full = process.env.THIMBLE_MATRIX === 'full';
describe.skipIf(!hasShared)('golden models', () => {
  it.each(INT8_MODELS.map((name, i) => [name, i] as const))('%s', async (name, i) => {
    const { graph } = await loadModel(modelFile(name));
    const ways = WAYS.filter((_, k) => full || k % INT8_MODELS.length === i);
    await judge({ name, graph }, ways);
  });
});
