import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { compileSources, writeFiles } from '../../src/build/compile-sources.ts';
import { COMMON } from '../../src/build/flags.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import type { Step } from '../../src/lower/lower.ts';
import { opOf } from '../../src/ops/index.ts';
import { compile } from '../../src/pipeline.ts';
import { byteLength } from '../../src/ir/types.ts';
import { Random } from '../../src/support/random.ts';
import { HOST_TARGET } from '../../src/target/target.ts';
import type { Target } from '../../src/target/target.ts';
import { graphOfCases, inputBytes } from '../support/cases.ts';
import type { OpCase } from '../support/cases.ts';
import { MAKERS } from './makers.ts';

const SEED = Number(process.env.THIMBLE_SEED ?? 20261125);
const SANITIZERS = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-g1'];
const OPS = ['conv2d', 'depthwise_conv2d', 'average_pool', 'max_pool'];

console.log(`rows in rings: seed ${SEED} (THIMBLE_SEED)`);

// Cases of one batch that the operator accepts.
function draw(random: Random, op: string): OpCase {
  for (;;) {
    const made = MAKERS[op]!(random);
    const graph = graphOfCases([made]);
    const inputs = made.inputs.map((t, i) => t && { id: i, name: '', ...t });
    const outputs = graph.nodes[0]!.outputs.map((id) => graph.tensors.get(id)!);
    const fits = opOf(op).reject({ ...graph.nodes[0]!, inputs, outputs }) === undefined;
    if (fits && made.inputs[0]!.shape[0] === 1) return made;
  }
}

/** How a layer is called: so many rows at a time, from and to rings of lines. */
interface Rings {
  readonly rows: number;
  readonly input: number;
  readonly output: number;
}

function ringsOf({ node }: Step, random: Random): Rings {
  const window = opOf(node.op).rows!(node.attrs);
  const rows = random.int(1, 3);
  return {
    rows,
    input: window.rows + (rows - 1) * window.stride,
    output: rows + random.int(0, 2),
  };
}

// C that feeds a layer line by line, and counts the rows that differ from the reference's.
function driver({ node }: Step, { rows, input, output }: Rings, at: { in: number; out: number }) {
  const window = opOf(node.op).rows!(node.attrs);
  const [from, to] = [node.inputs[0]!, node.outputs[0]!];
  const [height, outHeight] = [from.shape[1]!, to.shape[1]!];
  const [line, outLine] = [byteLength(from) / height, byteLength(to) / outHeight];
  const type = from.dtype === 'int8' ? 'int8_t' : 'float';
  return (name: string, scratchBytes: number) => `
static int ${name}_rows(const uint8_t *inputs, const uint8_t *expected)
{
    _Alignas(8) static uint8_t block[${(Math.ceil((input * line) / 8) + Math.ceil(scratchBytes / 8) + Math.ceil((output * outLine) / 8)) * 8}];
    uint8_t *scratch = block + ${Math.ceil((input * line) / 8) * 8};
    uint8_t *out = scratch + ${Math.ceil(scratchBytes / 8) * 8};
    int loaded = 0, wrong = 0;
    (void)scratch;
    for (int y = 0; y < ${outHeight}; y += ${rows}) {
        const int last = y + ${rows} < ${outHeight} ? y + ${rows} : ${outHeight};
        const int needed = (last - 1) * ${window.stride} - ${window.padding} + ${window.rows};
        for (; loaded < needed && loaded < ${height}; loaded++) {
            memcpy(block + (loaded % ${input}) * ${line}, inputs + ${at.in} + loaded * ${line}, ${line});
        }
        ${name}((const ${type} *)block, (${type} *)out${scratchBytes > 0 ? ', scratch' : ''}, y, last);
        for (int row = y; row < last; row++) {
            wrong += memcmp(out + (row % ${output}) * ${outLine}, expected + ${at.out} + row * ${outLine}, ${outLine}) != 0;
        }
    }
    return wrong;
}
`;
}

async function wrongLayers(target: Target): Promise<string[]> {
  const random = new Random(SEED);
  const graph = graphOfCases(
    OPS.flatMap((op) => Array.from({ length: 25 }, () => draw(random, op))),
  );
  const input = inputBytes(graph, random, 'random');
  const expected = new Interpreter(graph).runBytes(input);
  const program = compile(graph, new Uint8Array(), target, { name: 'rows', source: 'rows' });
  let code = program.library.files.get('rows.c')!;
  const calls: string[] = [];
  const at = { in: 0, out: 0 };
  for (const step of program.schedule.steps) {
    const rings = ringsOf(step, random);
    const name = `${step.node.op}_${step.index}`;
    const start = code.indexOf(`static void ${name}(`);
    const set = (text: string, field: string, value: number) =>
      text.replace(new RegExp(`(\\.window\\.${field} = )\\d+`), `$1${value}`);
    const layer = set(
      set(code.slice(start), 'input_ring', rings.input),
      'output_ring',
      rings.output,
    );
    code = code.slice(0, start) + layer;
    code += driver(step, rings, { ...at })(name, step.code.scratchBytes);
    calls.push(`    if (${name}_rows(inputs, expected) != 0) puts("${name} ${step.kernel.name}");`);
    at.in += byteLength(step.node.inputs[0]!);
    at.out += byteLength(step.node.outputs[0]!);
  }
  const main = `
#include <stdio.h>
#include <stdlib.h>
int main(void)
{
    uint8_t *inputs = malloc(${input.length}), *expected = malloc(${expected.length});
    if (fread(inputs, 1, ${input.length}, stdin) != ${input.length}) return 1;
    if (fread(expected, 1, ${expected.length}, stdin) != ${expected.length}) return 1;
${calls.join('\n')}
    puts("${calls.length} layers");
    free(inputs);
    free(expected);
    return 0;
}
`;
  return run(
    new Map([...program.library.files, ['rows.c', code + main]]),
    [...program.library.sources],
    Buffer.concat([input, expected]),
  );
}

async function run(
  files: ReadonlyMap<string, string>,
  sources: readonly string[],
  input: Uint8Array,
): Promise<string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'thimble-rows-'));
  try {
    await writeFiles(folder, files);
    const flags = [...COMMON.filter((flag) => !flag.startsWith('-W')), ...SANITIZERS];
    const objects = await compileSources('gcc', folder, sources, flags);
    await execa('gcc', [...SANITIZERS, ...objects, '-o', 'rows'], { cwd: folder });
    writeFileSync(path.join(folder, 'input.bin'), input);
    const { stdout } = await execa('./rows', {
      cwd: folder,
      inputFile: path.join(folder, 'input.bin'),
    });
    return stdout.split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it.each([
  ['DSP', HOST_TARGET],
  ['portable', { ...HOST_TARGET, dsp: false }],
])('kernels give the same rows from rings of lines, a few at a time: %s', async (_, target) => {
  expect(await wrongLayers(target)).toEqual(['100 layers']);
});
