import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { compileSources, writeFiles } from '../../src/build/compile-sources.ts';
import { COMMON } from '../../src/build/flags.ts';
import { findIllegal } from '../../src/build/instructions.ts';
import { deepestStack } from '../../src/build/stack.ts';
import { emitHostFirmware } from '../../src/codegen/firmware.ts';
import { compileModel } from '../../src/pipeline.ts';
import type { Program } from '../../src/pipeline.ts';
import { HOST_TARGET } from '../../src/target/target.ts';
import { firmwareOptions, sourcesOf } from '../../src/workflow/build-model.ts';
import { loadModel } from '../../src/workflow/load-model.ts';
import { compileGraph } from '../support/compile-graph.ts';
import { smallNetwork } from '../support/small-model.ts';
import { hasShared, INT8_MODELS, modelFile } from '../support/shared.ts';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function temporary(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'thimble-c-'));
  folders.push(folder);
  return folder;
}

async function programOf(name: string): Promise<Program> {
  const model = await loadModel(modelFile(name));
  return compileModel({ ...model, name }, HOST_TARGET);
}

async function write(program: Program) {
  const folder = temporary();
  const host = emitHostFirmware(program.library, firmwareOptions(program, undefined, 'none'));
  const sources = sourcesOf(program, host);
  await writeFiles(folder, sources.files);
  return { folder, sources: [...sources.library, ...sources.firmware] };
}

describe
  .skipIf(!hasShared)
  .each([...INT8_MODELS, 'vww_challenge_uint8', 'lenet_300_100', 'vww_96_float'])('%s', (name) => {
  it('compiles without a warning with gcc and clang, and cppcheck finds nothing', async () => {
    const { folder, sources } = await write(await programOf(name));
    for (const compiler of ['gcc', 'clang'])
      await compileSources(compiler, folder, sources, COMMON);
    const checked = sources.filter((file) => /(?<!_weights)\.c$/.test(file));
    const options = [
      '--enable=warning,performance,portability',
      '--error-exitcode=1',
      '--quiet',
      '--std=c11',
      '-I.',
      '-Iruntime',
    ];
    const { stderr, exitCode } = await execa('cppcheck', [...options, ...checked], {
      cwd: folder,
      reject: false,
    });
    expect([exitCode, stderr]).toEqual([0, '']);
  });

  it('is the same bytes each time', async () => {
    const [a, b] = [await programOf(name), await programOf(name)];
    expect([...a.library.files]).toEqual([...b.library.files]);
  });
});

it('a library is what it says: header, layers, weights, and only the runtime it uses', () => {
  const program = compileGraph(smallNetwork(), HOST_TARGET);
  const { files } = program.library;
  expect([...files.keys()].filter((file) => file.startsWith('runtime/')).sort()).toEqual([
    'runtime/nn.h',
    'runtime/nn_add_table_s8.c',
    'runtime/nn_asm.h',
    'runtime/nn_dense_4.S',
    'runtime/nn_dense_4_portable.c',
    'runtime/nn_dense_begin.c',
    'runtime/nn_dense_pairs.h',
    'runtime/nn_depthwise_3x3_s1_dsp_right_clamp.c',
    'runtime/nn_depthwise_along_dsp.c',
    'runtime/nn_dsp.h',
    'runtime/nn_elementwise.h',
    'runtime/nn_gather_4.c',
    'runtime/nn_gemm.h',
    'runtime/nn_gemm_4x2_block.S',
    'runtime/nn_gemm_4x2_clamp.S',
    'runtime/nn_gemm_4x2_clamp_portable.c',
    'runtime/nn_gemm_asm.h',
    'runtime/nn_gemm_begin_4.c',
    'runtime/nn_gemm_portable.h',
    'runtime/nn_kernels.h',
    'runtime/nn_max_pool_words_s8.c',
    'runtime/nn_names.h',
    'runtime/nn_pool.h',
    'runtime/nn_softmax.h',
    'runtime/nn_softmax_s8.c',
    'runtime/nn_strip_asm.h',
    'runtime/nn_strips.h',
    'runtime/nn_turn_in_dsp_2_32.S',
    'runtime/nn_turn_out_clamp_dsp_2_32.S',
    'runtime/nn_walk_3x3_s1_dsp_right.S',
    'runtime/nn_widen_group_4.S',
    'runtime/nn_widen_window_4.S',
    'runtime/nn_widen_window_4_portable.c',
    'runtime/nn_widen_windows_4.S',
    'runtime/nn_widen_windows_4_portable.c',
    'runtime/nn_words.h',
    'runtime/thimble.h',
  ]);
  const golden = new URL('../golden/small.c', import.meta.url);
  if (process.env.UPDATE_GOLDENS) writeFileSync(golden, files.get('small.c')!);
  else expect(files.get('small.c')).toBe(readFileSync(golden, 'utf8'));
  expect(files.get('small.h')).toMatch(
    /#define SMALL_INPUT_BYTES 192\n#define SMALL_OUTPUT_BYTES 4\n#define SMALL_ARENA_BYTES \d+/,
  );
});

it('a library tells whether its weights are those that it was generated with', async () => {
  const library = compileGraph(smallNetwork(), HOST_TARGET).library;
  const verify = async (alter: (weights: string) => string) => {
    const folder = temporary();
    const weights = alter(library.files.get('small_weights.c')!);
    const main = '#include "small.h"\nint main(void) { return small_verify(); }\n';
    await writeFiles(
      folder,
      new Map([...library.files, ['small_weights.c', weights], ['main.c', main]]),
    );
    const objects = await compileSources('gcc', folder, ['main.c', 'small_weights.c'], COMMON);
    await execa('gcc', [...objects, '-o', 'verify'], { cwd: folder });
    return (await execa('./verify', { cwd: folder, reject: false })).exitCode;
  };
  expect(await verify((weights) => weights)).toBe(1);
  // One number of the first array, and one of the last.
  const number = /-?\b\d+,/g;
  const places = [...library.files.get('small_weights.c')!.matchAll(number)].map((m) => m.index);
  for (const place of [places[0]!, places.at(-1)!]) {
    const altered = (weights: string) =>
      weights.slice(0, place) +
      weights.slice(place).replace(/^(-?\d+)/, (n) => String(Number(n) ^ 1));
    expect(await verify(altered), `at ${place}`).toBe(0);
  }
});

it('instructions that a core lacks are found', () => {
  const listing =
    '   0:\tsmlad\tr0, r1, r2, r3\n   4:\tvadd.f32\ts0, s1, s2\n   8:\tudiv\tr0, r0, r1\n   c:\tadds\tr0, #1\n  10:\tbne.n\t4\n';
  expect(findIllegal(listing, { cpu: 'cortex-m4', features: ['dsp', 'fpu'] })).toEqual([]);
  expect(findIllegal(listing, { cpu: 'cortex-m3', features: [] })).toEqual(['smlad', 'vadd.f32']);
  expect(findIllegal(listing, { cpu: 'cortex-m0plus', features: [] })).toEqual([
    'smlad',
    'vadd.f32',
    'udiv',
  ]);
  // Addresses of eight digits have no blank before them.
  const high = '10000100 <reset>:\n10000100:\tudiv\tr0, r0, r1\n10000104:\tbx\tlr\n';
  expect(findIllegal(high, { cpu: 'cortex-m0plus', features: [] })).toEqual(['udiv']);
});

it('the deepest stack follows the longest path of calls', () => {
  const graph = [
    'node: { title: "a" label: "a\\nf.c:1:1\\n16 bytes (static)" }',
    'node: { title: "f.c:b" label: "b\\nf.c:2:1\\n40 bytes (static)" }',
    'node: { title: "c" label: "c\\nf.c:3:1\\n8 bytes (static)" }',
    'edge: { sourcename: "a" targetname: "f.c:b" label: "f.c:1:2" }',
    'edge: { sourcename: "a" targetname: "c" label: "f.c:1:3" }',
  ].join('\n');
  expect(deepestStack([graph], 'a')).toBe(56);
});
