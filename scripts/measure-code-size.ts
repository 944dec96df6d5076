/**
 * Measures the flash of each part of the runtime with arm-none-eabi-gcc, for every core, and writes
 * codegen-templates/code-sizes.json, from which `thimble compile` predicts a footprint.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compileSources, runTool, writeFiles } from '../src/build/compile-sources.ts';
import { parseSections } from '../src/build/elf.ts';
import { deepestStack } from '../src/build/stack.ts';
import { COMMON, coreFlags } from '../src/build/flags.ts';
import { readTemplate, render } from '../src/codegen/render.ts';
import type { Unit } from '../src/ops/kernel.ts';
import { requireTool, TOOLS } from '../src/support/tools.ts';
import { loadBoard } from '../src/target/load-board.ts';
import { execute } from '../src/workflow/execute.ts';
import { loadModel } from '../src/workflow/load-model.ts';
import { linkedFootprint } from '../src/report/footprint.ts';

const OUTPUT = new URL('../codegen-templates/code-sizes.json', import.meta.url);
const BOARDS = ['rp2040-pico', 'mps2-an385', 'mps2-an386', 'mps2-an500', 'mps2-an505'];
const gcc = requireTool(TOOLS.armGcc);
const templates = new URL('../codegen-templates/', import.meta.url);
const headers = readdirSync(new URL('runtime/', templates)).filter((file) => file.endsWith('.h'));

/** Every variant that kernels ask for: file name, template, view. */
function variants(): { file: string; template: string; view: Unit['view'] }[] {
  const list: { file: string; template: string; view: Unit['view'] }[] = [];
  const add = (name: string, template: string, view: Unit['view'] = {}) =>
    list.push({ file: `${name}.c`, template: `ops/${template}.c.ejs`, view: { name, ...view } });
  for (const rounding of ['double', 'single'] as const) {
    const end = rounding === 'single' ? '_single' : '';
    for (const [name, template] of [
      ['conv2d_s8', 'conv/conv2d-s8'],
      ['depthwise_s8', 'conv/depthwise-s8'],
      ['dense_s8', 'dense/dense-s8'],
    ] as const) {
      add(`nn_${name}${end}`, template, { rounding, weightZero: false });
      add(`nn_${name}_zero${end}`, template, { rounding, weightZero: true });
    }
    for (const shifts of ['right', 'any'])
      for (const clamps of [false, true]) {
        const suffix = `${shifts === 'any' ? '_any' : ''}${clamps ? '_clamp' : ''}${end}`;
        const view = { rounding, shifts, clamps };
        add(`nn_conv2d_s8_dsp${suffix}`, 'conv/conv2d-s8-dsp', view);
        add(`nn_dense_s8_dsp${suffix}`, 'dense/dense-s8-dsp', view);
        add(`nn_depthwise_s8_dsp${suffix}`, 'conv/depthwise-s8-dsp', view);
        for (const stride of [1, 2])
          add(`nn_depthwise_3x3_s${stride}_s8_dsp${suffix}`, 'conv/depthwise-3x3-s8-dsp', {
            ...view,
            stride,
          });
      }
    for (const [symbol, name] of [
      ['+', 'add'],
      ['-', 'sub'],
    ] as const)
      for (const dsp of [false, true]) {
        const requantize = `nn_requantize_${rounding}${dsp ? '_dsp' : ''}`;
        const view = { symbol, dsp, requantize };
        add(`nn_${name}_s8${dsp ? '_dsp' : ''}${end}`, 'elementwise/sum-s8', view);
      }
    add(`nn_mul_s8${end}`, 'elementwise/mul-s8', { rounding });
    add(`nn_prelu_s8${end}`, 'elementwise/prelu-s8', { rounding });
    add(`nn_mean_s8${end}`, 'reduce/mean-s8', { rounding });
  }
  for (const [symbol, name] of [
    ['+', 'add'],
    ['-', 'sub'],
    ['*', 'mul'],
  ] as const)
    add(`nn_${name}_f32`, 'elementwise/binary-f32', { symbol });
  add('nn_average_pool_s8_up', 'pool/average-pool-s8', { roundUp: true });
  for (const kind of ['average', 'max'])
    for (const type of ['s8', 'f32'])
      add(`nn_${kind}_pool_${type}`, `pool/${kind}-pool-${type}`, { roundUp: false });
  for (const [name, template] of [
    ['conv2d_f32', 'conv/conv2d-f32'],
    ['depthwise_f32', 'conv/depthwise-f32'],
    ['dense_f32', 'dense/dense-f32'],
    ['prelu_f32', 'elementwise/prelu-f32'],
    ['mean_f32', 'reduce/mean-f32'],
    ['lut_s8', 'activation/lut-s8'],
    ['relu_f32', 'activation/relu-f32'],
    ['leaky_relu_f32', 'activation/leaky-relu-f32'],
    ['hard_swish_f32', 'activation/hard-swish-f32'],
    ['logistic_f32', 'activation/logistic-f32'],
    ['tanh_f32', 'activation/tanh-f32'],
    ['softmax_s8', 'softmax/softmax-s8'],
    ['softmax_s8_table', 'softmax/softmax-s8-table'],
    ['softmax_f32', 'softmax/softmax-f32'],
    ['log_softmax_s8', 'softmax/log-softmax-s8'],
    ['log_softmax_f32', 'softmax/log-softmax-f32'],
    ['copy', 'shape/copy'],
    ['fill_s8', 'shape/fill-s8'],
    ['fill_f32', 'shape/fill-f32'],
    ['resize_nearest', 'shape/resize-nearest'],
    ['resize_bilinear_s8', 'shape/resize-bilinear-s8'],
    ['resize_bilinear_f32', 'shape/resize-bilinear-f32'],
    ['flip', 'quantize/flip'],
  ] as const)
    add(`nn_${name}`, template);
  for (const unsigned of [false, true]) {
    add(`nn_quantize_${unsigned ? 'u8' : 's8'}`, 'quantize/quantize-f32', { unsigned });
    add(`nn_dequantize_${unsigned ? 'u8' : 's8'}`, 'quantize/dequantize', { unsigned });
  }
  return list;
}

function structNames(): string[] {
  return headers.flatMap((file) =>
    [...readTemplate(`runtime/${file}`).matchAll(/^} (nn_\w+);/gm)].map((m) => m[1]!),
  );
}

async function measure(boardName: string) {
  const board = loadBoard(boardName);
  const folder = mkdtempSync(path.join(tmpdir(), 'thimble-sizes-'));
  const flags = [...coreFlags(board), ...COMMON, '-fcallgraph-info=su'];
  const usable = variants().filter(
    ({ file }) => board.features.includes('dsp') || !file.includes('_dsp'),
  );
  const structs = structNames();
  const table = `${headers.map((h) => `#include "${h}"\n`).join('')}const int sizes_of_structs[] = { ${structs.map((s) => `(int)sizeof(${s})`).join(', ')} };\n`;
  const files = new Map([
    ...headers.map((h): [string, string] => [`runtime/${h}`, readTemplate(`runtime/${h}`)]),
    ...usable.map(({ file, template, view }): [string, string] => [file, render(template, view)]),
    ['structs.c', table],
  ]);
  await writeFiles(folder, files);
  await compileSources(gcc, folder, [...usable.map(({ file }) => file), 'structs.c'], flags);
  const sizeTool = gcc.replace(/gcc$/, 'size');
  const units: Record<string, number> = {};
  const stacks: Record<string, number> = {};
  for (const { file } of usable) {
    const sections = parseSections(
      await runTool(sizeTool, ['-A', '-d', file.replace(/\.c$/, '.o')], folder),
    );
    units[file] = sections
      .filter(({ name }) => /^\.(text|rodata)/.test(name))
      .reduce((sum, s) => sum + s.size, 0);
    const graph = readFileSync(path.join(folder, file.replace(/\.c$/, '.ci')), 'utf8');
    stacks[file] = deepestStack([graph], file.replace(/\.c$/, ''));
  }
  await runTool(
    gcc.replace(/gcc$/, 'objcopy'),
    ['-O', 'binary', '--only-section=.rodata', 'structs.o', 'structs.bin'],
    folder,
  );
  const sizes = new Int32Array(
    new Uint8Array(readFileSync(path.join(folder, 'structs.bin'))).buffer,
  );
  rmSync(folder, { recursive: true });
  return { units, stacks, structs: Object.fromEntries(structs.map((s, i) => [s, sizes[i]!])) };
}

const result: Record<string, unknown> = {};
const models = process.argv.slice(2);
for (const name of BOARDS) {
  const board = loadBoard(name);
  const { units, stacks, structs } = await measure(name);
  // What a linked firmware has beyond its kernels, weights and structs, split into a fixed part and
  // a part for each layer by least squares over the given models.
  const points: [number, number][] = [];
  let [stack, other] = [0, 0];
  for (const file of models) {
    const { program, outcome, built } = await execute({
      model: await loadModel(file),
      board,
      where: 'qemu',
      vectors: [],
    });
    const footprint = linkedFootprint(program, built!, outcome.stackBytes);
    const calls = program.schedule.steps.flatMap(({ code }) => code.calls);
    const known =
      program.library.units.reduce((sum, { file: unit }) => sum + units[unit]!, 0) +
      calls.reduce((sum, { struct }) => sum + structs[struct]!, 0);
    points.push([calls.length, footprint.flash.code - known]);
    const deepest = Math.max(...program.library.units.map(({ file: unit }) => stacks[unit]!));
    stack = Math.max(stack, built!.stackBound - deepest);
    other = Math.max(other, footprint.ram.other);
  }
  const mean = (xs: number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
  const [mx, my] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const slope =
    points.reduce((s, [x, y]) => s + (x - mx) * (y - my), 0) /
    points.reduce((s, [x]) => s + (x - mx) ** 2, 0);
  result[board.cpu] = {
    firmware: Math.round(my - slope * mx),
    other,
    stack,
    layer: Math.round(slope),
    structs,
    units,
    stacks,
  };
  console.log(board.cpu, points, Math.round(my - slope * mx), Math.round(slope), stack, other);
}
writeFileSync(OUTPUT, `${JSON.stringify(result, null, 2)}\n`);
