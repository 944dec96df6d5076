import { mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { writeFiles } from '../../src/build/compile-sources.ts';
import { coreFlags } from '../../src/build/flags.ts';
import type { Files } from '../../src/codegen/emit.ts';
import { FORMAT_NAMES } from '../../src/codegen/project/format-names.ts';
import type { FormatName } from '../../src/codegen/project/format-names.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { projectFiles } from '../../src/workflow/project-files.ts';
import { compileGraph } from '../support/compile-graph.ts';
import { cliFolder } from '../support/cli-folder.ts';
import { toolOrSkip } from '../support/optional-tools.ts';
import { smallNetwork } from '../support/small-model.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const board = loadBoard('stm32f4-discovery');
const { library } = compileGraph(smallNetwork(), targetOf(board));
/** A file of which everything that XML, make, CMake and properties take for their own is a part. */
const SOURCE = 'a "small" <model> & $(more)\n\\.tflite';

function project(format: FormatName, name = 'small', of = board): Files {
  const made = { name, source: SOURCE, board: of, files: library.files, folder: 'nn' };
  return projectFiles(made, format).files;
}

const written = temporaryFolder('project-files');
async function folderWith(files: Files): Promise<string> {
  const folder = mkdtempSync(path.join(written, 'project-'));
  await writeFiles(folder, files);
  return folder;
}

const compiled = [...library.files.keys()].filter((file) => /\.[cS]$/.test(file)).sort();

describe.each(FORMAT_NAMES)('%s', (format) => {
  const files = project(format);
  const src = ['platformio', 'arduino'].includes(format) ? 'src/' : '';
  const told = [...files].filter(([file]) => !library.files.has(file.slice(src.length)));

  it('holds the library as it is, and names nothing that is not there', () => {
    for (const [file, text] of library.files) expect(files.get(src + file), file).toBe(text);
    for (const [file, text] of told)
      for (const [name] of text.matchAll(/(?<=[\s"/])(?:runtime\/)?\w+\.[chS](?=["\s])/g))
        expect(library.files.has(name), `${file} names ${name}`).toBe(true);
  });

  it('compiles every source, under the flags that the C needs', () => {
    const text = told.map(([, each]) => each).join('\n');
    // PlatformIO and Arduino compile all of src/.
    const listed = src === '' ? compiled : [];
    expect(listed.filter((file) => !text.includes(file))).toEqual([]);
    // These two cannot set flags; the C switches contraction off by itself (runtime/nn.h).
    const flagless = ['arduino', 'cmsis-pack'].includes(format);
    expect(text.includes('-ffp-contract=off')).toBe(!flagless);
    expect(text).toMatch(flagless ? /./ : /-std=c11|C_STANDARD 11/);
  });
});

it('make sets the board’s core flags, and CMake leaves targets of its own alone', () => {
  expect(project('make').get('Makefile')).toContain(`CORE ?= ${coreFlags(board).join(' ')}\n`);
  expect(project('cmake', 'test').get('CMakeLists.txt')).toContain('add_library(test_model STATIC');
});

it('platformio: a manifest with the fields that it takes', () => {
  const manifest = JSON.parse(project('platformio').get('library.json')!) as Record<
    string,
    unknown
  >;
  expect(manifest).toMatchObject({
    name: expect.stringMatching(/^[^:/;@<>]{1,50}$/) as string,
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
    headers: ['small.h'],
    build: { srcDir: 'src', includeDir: 'src', flags: ['-std=c11', '-ffp-contract=off'] },
  });
});

it('arduino: a property on each line, all that the IDE asks for, and a name that it takes', () => {
  const lines = project('arduino').get('library.properties')!.trimEnd().split('\n');
  const properties = Object.fromEntries(
    lines.map((line) => /^(\w+)=(.*)$/.exec(line)!.slice(1) as [string, string]),
  );
  expect(Object.keys(properties)).toEqual(
    'name version author maintainer sentence paragraph category url architectures includes'.split(
      ' ',
    ),
  );
  expect(properties).toMatchObject({
    name: expect.stringMatching(/^[A-Za-z0-9][\w .-]{0,62}$/) as string,
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
    category: 'Data Processing',
    includes: 'small.h',
  });
});

/** Python's modules that read these files; Debian packages them. */
const python = toolOrSkip('python3', 'apt-get install python3');
const hasModules =
  python !== undefined &&
  (await execa('/usr/bin/python3', ['-c', 'import kconfiglib, yaml'], { reject: false }))
    .exitCode === 0;
if (!hasModules)
  console.warn(
    'skipping tests that read Zephyr’s files: apt-get install python3-kconfiglib python3-yaml',
  );

// A module as Zephyr's build finds it: module.yml, and an option that waits for the core.
const READ_MODULE = `
import json, kconfiglib, os, sys, yaml
module = yaml.safe_load(open('zephyr/module.yml'))
build = module['build']
os.path.isfile(os.path.join(build['cmake'], 'CMakeLists.txt')) or sys.exit('no CMakeLists.txt')
open('Kconfig', 'w').write('config CPU_CORTEX_M4\\n\\tbool "core"\\nosource "%s"\\n' % build['kconfig'])
kconfig = kconfiglib.Kconfig('Kconfig', warn_to_stderr=False)
option = kconfig.syms['THIMBLE_SMALL']
option.set_value(2)
before = option.str_value
kconfig.syms['CPU_CORTEX_M4'].set_value(2)
print(json.dumps([sorted(module), sorted(build), before, option.str_value, kconfig.warnings]))
`;

it.skipIf(!hasModules)('zephyr: a module whose option is there on its core alone', async () => {
  const folder = await folderWith(project('zephyr'));
  const { stdout } = await execa('/usr/bin/python3', ['-c', READ_MODULE], { cwd: folder });
  expect(JSON.parse(stdout)).toEqual([['build', 'name'], ['cmake', 'kconfig'], 'n', 'y', []]);
});

// Zephyr's functions, as far as the module calls them, in a build for this machine.
const ZEPHYR = `cmake_minimum_required(VERSION 3.15)
project(zephyr C)
macro(zephyr_library_named name)
  set(ZEPHYR_CURRENT_LIBRARY \${name})
  add_library(\${name} STATIC)
endmacro()
function(zephyr_library_sources)
  list(FILTER ARGN EXCLUDE REGEX "\\\\.S$")
  target_sources(\${ZEPHYR_CURRENT_LIBRARY} PRIVATE \${ARGN})
endfunction()
function(zephyr_library_compile_options)
  target_compile_options(\${ZEPHYR_CURRENT_LIBRARY} PRIVATE \${ARGN})
endfunction()
function(zephyr_include_directories)
  include_directories(\${ARGN})
endfunction()
set(CONFIG_THIMBLE_SMALL y)
add_subdirectory(nn/zephyr)
`;

const cmake = toolOrSkip('cmake', 'apt-get install cmake');
it.skipIf(!cmake)('zephyr: CMake code that builds, with Zephyr’s functions', async () => {
  const files = [...project('zephyr')].map(([file, text]) => [`nn/${file}`, text] as const);
  const folder = await folderWith(new Map([...files, ['CMakeLists.txt', ZEPHYR]]));
  await execa(cmake!, ['-B', 'out', '-G', 'Unix Makefiles'], { cwd: folder });
  const { stdout } = await execa(cmake!, ['--build', 'out', '--verbose'], { cwd: folder });
  expect(stdout).toMatch(/libthimble_small\.a/);
  expect(stdout).toMatch(/-std=c11 -ffp-contract=off.* -c .*small_weights\.c/);
});

const xmllint = toolOrSkip('xmllint', 'apt-get install libxml2-utils');
describe('cmsis-pack', () => {
  const name = `${'m'.repeat(59)}x`;
  const text = project('cmsis-pack', name).get(`thimble.${name}.pdsc`)!;

  it.skipIf(!xmllint)('is XML, whatever the file is called', async () => {
    const file = path.join(written, 'pack.xml');
    writeFileSync(file, text);
    await execa(xmllint!, ['--noout', file]);
  });

  it('has parts of names that are short enough, and the core as packs name it', () => {
    expect(/Csub="([^"]*)"/.exec(text)![1]).toBe('m'.repeat(32));
    const cores = ['rp2040-pico', 'stm32f103-bluepill', 'mps2-an505'].map(
      (each) =>
        /Dcore="([^"]*)"/.exec(
          [...project('cmsis-pack', 'small', loadBoard(each)).values()].at(-1)!,
        )![1],
    );
    expect(cores).toEqual(['Cortex-M0+', 'Cortex-M3', 'Cortex-M33']);
  });
});

const { thimble } = cliFolder();

it('what is no format is refused, and stm32cube with what does instead', async () => {
  const args = ['compile', 'small.thimble', '-b', 'stm32f4-discovery', '-o', 'nn', '--format'];
  const unknown = await thimble([...args, 'cmak']);
  expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('cmake, make')]);
  const cube = await thimble([...args, 'stm32cube']);
  expect([cube.code, cube.err]).toEqual([2, expect.stringMatching(/STM32CubeMX.*--format cmake/)]);
  const made = await thimble([...args, 'zephyr']);
  expect([made.code, made.out]).toEqual([0, expect.stringMatching(/CONFIG_THIMBLE_SMALL=y/)]);
});
