import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { tensorOf } from '../../src/ir/graph.ts';
import type { Tensor } from '../../src/ir/types.ts';
import { byteLength, elements } from '../../src/ir/types.ts';
import { runPasses } from '../../src/passes/index.ts';
import { Random } from '../../src/support/random.ts';
import { execute } from '../../src/workflow/execute.ts';
import { FLOAT_MAKERS } from '../support/float-files.ts';
import { mergeGraphs } from '../support/merge-graphs.ts';
import { outputBlocks } from '../support/run-graph.ts';
import { writeTflite } from '../support/tflite-writer.ts';
import { UINT8_MAKERS } from '../support/uint8-files.ts';

const SEED = Number(process.env.THIMBLE_SEED ?? 20261126);
const EACH = 8;
const WORKER = fileURLToPath(new URL('../support/litert-worker.mjs', import.meta.url));

console.log(`models beside LiteRT: seed ${SEED} (THIMBLE_SEED)`);

// Any bytes, or numbers where the activation functions bend.
function inputOf(tensor: Tensor, random: Random): Uint8Array {
  if (tensor.dtype === 'uint8')
    return Uint8Array.from({ length: byteLength(tensor) }, () => random.int(0, 255));
  const array = Float32Array.from({ length: elements(tensor) }, () => random.real(-4, 4));
  return new Uint8Array(array.buffer);
}

function runLitert(jobs: readonly { model: Uint8Array; inputs: readonly Uint8Array[] }[]) {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const list = jobs.map(({ model, inputs }) => ({ model: text(model), inputs: inputs.map(text) }));
  const output = execFileSync(process.execPath, [WORKER], {
    input: JSON.stringify(list),
    maxBuffer: 2 ** 28,
  });
  return JSON.parse(output.toString()) as ({ outputs: string[] } | { refused: string })[];
}

const installed = existsSync(new URL('../../node_modules/@litertjs/core', import.meta.url));

if (!installed) console.warn('skipping LiteRT: run npm install');

const jobs = Object.entries({ ...FLOAT_MAKERS, ...UINT8_MAKERS }).flatMap(([name, make], i) =>
  Array.from({ length: EACH }, (_, n) => {
    const random = new Random(SEED + 1000 * i + n);
    const model = writeTflite(make(random));
    const graph = importModel(model, name);
    const inputs = graph.inputs.map((id) => inputOf(tensorOf(graph, id), random));
    return { name: `${name}, seed ${SEED + 1000 * i + n}`, model, graph, inputs };
  }),
);

it.skipIf(!installed)('imported models compute what LiteRT computes', () => {
  const results = runLitert(jobs);
  jobs.forEach(({ name, graph, inputs }, i) => {
    const result = results[i]!;
    if ('refused' in result) throw new Error(`${name}: LiteRT refuses it: ${result.refused}`);
    const wanted = Uint8Array.from(
      Buffer.concat(result.outputs.map((o) => Buffer.from(o, 'base64'))),
    );
    const got = new Interpreter(graph).runBytes(Uint8Array.from(Buffer.concat(inputs)));
    expect(got.length, name).toBe(wanted.length);
    if (tensorOf(graph, graph.outputs[0]!).dtype !== 'float32') {
      expect([...got], name).toEqual([...wanted]);
      return;
    }
    const [a, b] = [new Float32Array(got.buffer), new Float32Array(wanted.buffer)];
    // Sums in another order, and other polynomials for exponentials.
    a.forEach((x, k) => {
      if (Object.is(x, b[k])) return;
      expect(Math.abs(x - b[k]!), `${name}, ${k}`).toBeLessThan(1e-5 * (1 + Math.abs(x)));
    });
  });
});

it('the C of imported models computes what the reference does, under the sanitizers', async () => {
  const graph = mergeGraphs(jobs.map((job) => runPasses(job.graph)));
  const input = Uint8Array.from(Buffer.concat(jobs.flatMap(({ inputs }) => inputs)));
  const model = { name: 'oracle', source: 'oracle', bytes: new Uint8Array(), graph };
  const { outcome } = await execute({ model, where: 'host', vectors: [input] });
  const blocks = outputBlocks(graph, outcome.outputs[0]!);
  for (const { name, graph: one, inputs } of jobs) {
    const wanted = new Interpreter(one).runBytes(Uint8Array.from(Buffer.concat(inputs)));
    for (const block of outputBlocks(one, wanted))
      expect([...blocks.shift()!], name).toEqual([...block]);
  }
});
