import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { VARIABLE_OPERATORS } from '../../src/import/variables.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { tensorOf } from '../../src/ir/graph.ts';
import { CONSTANT_OPS } from '../../src/ops/constant-ops.ts';
import { OPS } from '../../src/ops/index.ts';
import { runPasses } from '../../src/passes/index.ts';
import { execute } from '../../src/workflow/execute.ts';
import { mergeGraphs } from '../support/merge-graphs.ts';
import { oracleJobs, traitsOf } from '../support/oracle-jobs.ts';
import type { OracleJob } from '../support/oracle-jobs.ts';
import { outputBlocks } from '../support/run-graph.ts';

const SEED = Number(process.env.THIMBLE_SEED ?? 20261126);
const EACH = 4;
const WORKER = fileURLToPath(new URL('../support/litert-worker.mjs', import.meta.url));

/** Operators that LiteRT cannot judge: it does not load models with variables, nor with custom operators. */
const NOT_JUDGED = [
  'CUSTOM:TFLite_Detection_PostProcess',
  'CUSTOM:Convolution2DTransposeBias',
  'UNIDIRECTIONAL_SEQUENCE_LSTM',
  'SVDF',
  ...Object.keys(VARIABLE_OPERATORS),
];
/**
 * Operators that LiteRT computes in uint8 in another arithmetic than the one of its reference
 * kernels: in float, or with multipliers of a few bits. It may be off by a step.
 */
const ONE_STEP = ['TRANSPOSE_CONV', 'MEAN', 'SUM', 'PRELU', 'LEAKY_RELU', 'RESIZE_BILINEAR'];

console.log(`models beside LiteRT: seed ${SEED} (THIMBLE_SEED)`);

function runLitert(jobs: readonly OracleJob[]) {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const list = jobs.map(({ file, inputs }) => ({ model: text(file), inputs: inputs.map(text) }));
  const output = execFileSync(process.execPath, [WORKER], {
    input: JSON.stringify(list),
    maxBuffer: 2 ** 28,
  });
  return JSON.parse(output.toString()) as ({ outputs: string[] } | { refused: string })[];
}

const installed = existsSync(new URL('../../node_modules/@litertjs/core', import.meta.url));

if (!installed) console.warn('skipping LiteRT: run npm install');

const jobs = oracleJobs(SEED, EACH);

it('the files reach every operator, or it is said why not', () => {
  const reached = new Set(jobs.flatMap(({ made }) => traitsOf(made)));
  const known = [
    ...OPS.flatMap(({ tflite = {} }) => Object.keys(tflite)),
    ...Object.keys(CONSTANT_OPS),
    ...Object.keys(VARIABLE_OPERATORS),
  ];
  expect([...new Set(known)].filter((code) => !reached.has(code)).sort()).toEqual(
    [...NOT_JUDGED].sort(),
  );
});

it.skipIf(!installed)('imported models compute what LiteRT computes', () => {
  const results = runLitert(jobs);
  jobs.forEach(({ name, made, graph, inputs }, i) => {
    const result = results[i]!;
    if ('refused' in result) throw new Error(`${name}: LiteRT refuses it: ${result.refused}`);
    const output = new Interpreter(graph).runBytes(Uint8Array.from(Buffer.concat(inputs)));
    const blocks = outputBlocks(graph, output);
    expect(result.outputs.length, name).toBe(blocks.length);
    blocks.forEach((got, k) => {
      const wanted = Uint8Array.from(Buffer.from(result.outputs[k]!, 'base64'));
      expect(got.length, name).toBe(wanted.length);
      const { dtype } = tensorOf(graph, graph.outputs[k]!);
      if (dtype === 'float32') {
        // Sums in another order, and other polynomials for exponentials.
        expectNear(floats(got), floats(wanted), (x) => 1e-5 * (1 + Math.abs(x)), name);
      } else {
        const step = dtype === 'uint8' && traitsOf(made).some((code) => ONE_STEP.includes(code));
        expectNear(got, wanted, () => (step ? 1 : 0), name);
      }
    });
  });
});

const floats = (bytes: Uint8Array) => new Float32Array(bytes.slice().buffer);

function expectNear(
  got: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: (x: number) => number,
  name: string,
): void {
  Array.from(got).forEach((x, k) => {
    if (Object.is(x, wanted[k])) return;
    expect(Math.abs(x - wanted[k]!), `${name}, ${k}`).toBeLessThanOrEqual(tolerance(x));
  });
}

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
