import { rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileSources } from '../../src/build/compile-sources.ts';
import { buildFirmware, linkArguments } from '../../src/build/firmware.ts';
import type { Sources } from '../../src/build/firmware.ts';
import { coreFlags } from '../../src/build/flags.ts';
import { PORTABLE } from '../../src/build/host.ts';
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
const NEWLIB = ['-isystem', '/usr/lib/arm-none-eabi/include', '-isystem', '/usr/include/newlib'];
const CLANG = ['clang', '--target=arm-none-eabi', ...NEWLIB];
const LEVELS = ['-O0', '-Og', '-Os', '-O2', '-O3'];

interface Way {
  readonly name: string;
  readonly command: readonly string[];
  readonly flags: readonly string[];
}

/** Compilers and flags under which somebody's own project may compile the library. */
const WAYS: readonly Way[] = [
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

interface Prepared extends Subject {
  readonly sources: Sources;
  readonly input: Uint8Array;
  readonly expected: Uint8Array;
  /** Where the sources and the firmware's own objects lie. */
  readonly folder: string;
}

async function prepare({ name, graph }: Subject): Promise<Prepared> {
  const model = { name, source: name, bytes: new Uint8Array(), graph };
  const program = compileModel(model, targetOf(board));
  const firmware = emitFirmware(board, program.library, firmwareOptions(program, board, 'none'));
  const sources = sourcesOf(program, firmware);
  const [{ input } = { input: new Uint8Array() }] = makeVectors(graph, 1, 1);
  const expected = new Interpreter(graph).runBytes(input);
  const { folder } = await buildFirmware(board, sources);
  return { name, graph, sources, input, expected, folder };
}

// Builds the library in one way, links it with the same firmware, and runs it.
async function judge(subject: Prepared, { name: way, command, flags }: Way): Promise<void> {
  const { name, graph, sources, input, expected, folder } = subject;
  const [compiler = '', ...first] = command;
  // Casts that need a higher alignment are errors; the library's own flags are not used.
  const all = [
    ...[...first, ...coreFlags(board), '-std=c11', '-Wall', '-Wcast-align', '-Werror'],
    ...[...flags, '-ffunction-sections', ...sources.defines.map((define) => `-D${define}`)],
    ...(compiler === gcc ? ['-Wcast-align=strict', '-Wstrict-aliasing=1'] : []),
  ];
  const library = await compileSources(compiler, folder, sources.library, all);
  const own = sources.firmware.map((file) => file.replace(/\.c$/, '.o'));
  const link = linkArguments(board, [...library, ...own]);
  await execa(gcc, [...(flags.includes('-flto') ? flags : []), ...link], { cwd: folder });
  const outcome = await runInBatches(qemu, {
    ...{ board, program: path.join(folder, 'firmware.elf'), vectors: [input] },
    ...{ timeoutMs: 240_000, exactTime: false, outputBytes: expected.length },
  });
  const { difference } = compareOutput(graph, way, 'reference', outcome.outputs[0]!, expected);
  expect(difference, `${name}: ${way}`).toBeUndefined();
}

// THIMBLE_MATRIX=full tries everything in each way; otherwise the ends, and golden models by turns in all of them.
const full = process.env.THIMBLE_MATRIX === 'full';
const ENDS = /-O[03]|-flto|clang -Os/;

describe('every operator compiles and gives the same bytes', () => {
  const ways = WAYS.filter(({ name }) => full || ENDS.test(name));
  let subject: Prepared;
  beforeAll(async () => {
    subject = await prepare(everyOperator());
  });
  afterAll(() => rm(subject.folder, { recursive: true }));
  it.each(ways.map((way) => [way.name, way] as const))('with %s', (_, way) => judge(subject, way));

  it('its C is portable to hosts of 64-bit ARM', async () => {
    const files = subject.sources.library.filter((file) => file.endsWith('.c'));
    const flags = [
      '--target=aarch64-none-elf',
      ...NEWLIB,
      '-std=c11',
      '-fsyntax-only',
      ...PORTABLE,
    ];
    await execa('clang', [...flags, ...files], { cwd: subject.folder });
  });
});

describe.skipIf(!hasShared)('golden models', () => {
  it.each(INT8_MODELS.map((name, i) => [name, i] as const))('%s', async (name, i) => {
    const { graph } = await loadModel(modelFile(name));
    const subject = await prepare({ name, graph });
    try {
      for (const way of WAYS.filter((_, k) => full || k % INT8_MODELS.length === i))
        await judge(subject, way);
    } finally {
      await rm(subject.folder, { recursive: true });
    }
  });
});
