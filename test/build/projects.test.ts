import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { coreFlags } from '../../src/build/flags.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { concatBytes } from '../../src/support/bytes.ts';
import { findTool, TOOLS } from '../../src/support/tools.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { DRIVERS } from '../../src/workflow/execute.ts';
import { makeVectors } from '../../src/workflow/vectors.ts';
import { thimble } from '../support/cli.ts';
import { toolOrSkip } from '../support/optional-tools.ts';
import { smallFloatNetwork, smallNetwork, thimbleFile } from '../support/small-model.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { USER_C, userSources } from '../support/user-project.ts';

const board = loadBoard('mps2-an386');
const core = coreFlags(board);
const gcc = findTool(TOOLS.armGcc)!;
/** An integer model and one whose last bits hang on contraction: the core has fused multiply-add. */
const models = [
  { name: 'small', graph: smallNetwork() },
  { name: 'small_float', graph: smallFloatNetwork() },
].map((each) => ({ ...each, inputs: makeVectors(each.graph, 5, 2).map(({ input }) => input) }));

/** What the linker is told: the application's own script, as in any firmware. */
const LINKING = ['-nostartfiles', '--specs=nano.specs', '-Wl,--gc-sections', '-Wl,-T,link.ld'];

// A folder with the application, and each model compiled into a folder of its own within it.
async function userFolder(format: string): Promise<string> {
  const folder = temporaryFolder(`project-${format}`);
  for (const [file, text] of userSources(board, models))
    writeFileSync(path.join(folder, file), text);
  for (const { name, graph } of models) {
    writeFileSync(path.join(folder, `${name}.thimble`), thimbleFile(graph));
    const args = ['compile', `${name}.thimble`, '-b', board.name, '-o', name, '--format', format];
    const { code, err } = await thimble(folder, args);
    expect(code, err).toBe(0);
  }
  return folder;
}

async function expectReference(program: string): Promise<void> {
  const wanted = models.flatMap(({ graph, inputs }) => {
    const reference = new Interpreter(graph);
    return inputs.map((input) => reference.runBytes(input));
  });
  const expected = concatBytes(wanted);
  const { outputs } = await DRIVERS.qemu.run({
    ...{ board, program, vectors: [new Uint8Array(1)], outputBytes: expected.length },
    ...{ timeoutMs: 60_000, exactTime: false },
  });
  expect(outputs).toEqual([expected]);
}

const TOOLCHAIN = `set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_C_COMPILER ${gcc})
set(CMAKE_ASM_COMPILER ${gcc})
set(CMAKE_C_FLAGS_INIT "${core.join(' ')}")
set(CMAKE_ASM_FLAGS_INIT "${core.join(' ')}")
`;

const USER_PROJECT = `cmake_minimum_required(VERSION 3.15...3.31)
project(user C)
${models.map(({ name }) => `add_subdirectory(${name})`).join('\n')}
add_executable(user.elf ${USER_C.join(' ')})
target_link_libraries(user.elf PRIVATE small thimble::small_float)
target_link_options(user.elf PRIVATE ${LINKING.join(' ').replace('link.ld', '${CMAKE_SOURCE_DIR}/link.ld')})
`;

const cmake = toolOrSkip('cmake', 'apt-get install cmake');
it.skipIf(!cmake).each(['Debug', 'Release'])(
  'cmake: models by add_subdirectory, an own main, %s: the reference’s bytes',
  async (type) => {
    const folder = await userFolder('cmake');
    writeFileSync(path.join(folder, 'CMakeLists.txt'), USER_PROJECT);
    writeFileSync(path.join(folder, 'arm.cmake'), TOOLCHAIN);
    const generator = ['-G', 'Unix Makefiles', `-DCMAKE_BUILD_TYPE=${type}`];
    await execa(cmake!, ['-B', 'out', ...generator, '-DCMAKE_TOOLCHAIN_FILE=arm.cmake'], {
      cwd: folder,
    });
    await execa(cmake!, ['--build', 'out'], { cwd: folder });
    // Assembly, too, in a project whose only language is C.
    expect(readFileSync(path.join(folder, 'small/CMakeLists.txt'), 'utf8')).toMatch(/ASM[^]*\.S\n/);
    await expectReference(path.join(folder, 'out/user.elf'));
  },
);

const make = toolOrSkip('make', 'apt-get install make');
it.skipIf(!make)('make: archives, an own main: the reference’s bytes', async () => {
  const folder = await userFolder('make');
  for (const { name } of models) await execa(make!, ['-C', name], { cwd: folder });
  const archives = models.map(({ name }) => `${name}/build/lib${name}.a`);
  const includes = models.map(({ name }) => `-I${name}`);
  const args = [...core, '-O2', ...includes, ...LINKING, ...USER_C, ...archives, '-o', 'user.elf'];
  await execa(gcc, args, { cwd: folder });
  await expectReference(path.join(folder, 'user.elf'));
  const again = await execa(make!, ['-C', 'small'], { cwd: folder });
  expect(again.stdout).toMatch(/Nothing to be done/);
  // What make left is nothing that thimble wrote: it stays, and is in nobody's way.
  const compiling = ['compile', 'small.thimble', '-b', board.name, '-o', 'small'];
  expect((await thimble(folder, [...compiling, '--format', 'make'])).code).toBe(0);
  expect(existsSync(path.join(folder, archives[0]!))).toBe(true);
  await execa(make!, ['-C', 'small', 'clean'], { cwd: folder });
  expect(existsSync(path.join(folder, archives[0]!))).toBe(false);
  // Without a format the project's files go again.
  expect((await thimble(folder, compiling)).code).toBe(0);
  expect(existsSync(path.join(folder, 'small/Makefile'))).toBe(false);
});
