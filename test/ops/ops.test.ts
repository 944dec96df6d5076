import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { lower } from '../../src/lower/lower.ts';
import { OPS, opOf } from '../../src/ops/index.ts';
import { firstDifference } from '../../src/support/bytes.ts';
import { Random } from '../../src/support/random.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { execute } from '../../src/workflow/execute.ts';
import type { Where } from '../../src/workflow/execute.ts';
import { caseAt, graphOfCases, inputBytes } from '../support/cases.ts';
import type { OpCase } from '../support/cases.ts';
import { MAKERS } from './makers.ts';

const SEED = Number(process.env.THIMBLE_SEED ?? 20261124);
const CASES = Number(process.env.THIMBLE_CASES ?? 30);
const FILLS = ['random', 'random', 'low', 'high'] as const;

console.log(
  `operator cases: seed ${SEED} (THIMBLE_SEED), ${CASES} of each operator (THIMBLE_CASES)`,
);

const cases = OPS.flatMap(({ name }, i) => {
  const random = new Random(SEED + i);
  return Array.from({ length: CASES }, () => accepted(name, random));
});
const graph = graphOfCases(cases);
const random = new Random(SEED);
const vectors = FILLS.map((fill) => inputBytes(graph, random, fill));
const interpreter = new Interpreter(graph);
const expected = vectors.map((input) => interpreter.runBytes(input));
const model = { name: 'cases', source: 'cases', bytes: new Uint8Array(), graph };

// Makers may ask for more than an operator offers: draw again.
function accepted(name: string, source: Random): OpCase {
  for (;;) {
    const made = MAKERS[name]!(source);
    const one = graphOfCases([made]);
    const node = {
      ...one.nodes[0]!,
      inputs: made.inputs.map((t, i) => t && { id: i, name: '', ...t }),
    };
    const outputs = node.outputs.map((id) => one.tensors.get(id)!);
    if (opOf(name).reject({ ...node, outputs }) === undefined) return made;
  }
}

async function judge(where: Where, boardName: string | undefined): Promise<void> {
  const board = boardName === undefined ? undefined : loadBoard(boardName);
  const { outcome } = await execute({ model, ...(board && { board }), where, vectors });
  outcome.outputs.forEach((output, i) => {
    const byte = firstDifference(output, expected[i]!);
    if (byte === -1) return;
    const { op, attrs, inputs, outputs } = caseAt(graph, cases, byte);
    const shown = { op, attrs, inputs: inputs.map((t) => t && { ...t, data: undefined }), outputs };
    expect.fail(
      `vector ${i} (${FILLS[i]}), byte ${byte}: ${output[byte]}, expected ${expected[i]![byte]}\n${JSON.stringify(shown)}`,
    );
  });
  expect(outcome.outputs).toHaveLength(vectors.length);
}

describe('every kernel gives the bytes of the reference', () => {
  it('on the host, under the sanitizers, portable and DSP kernels', () => judge('host', undefined));
  it('on the host, portable kernels only', () => judge('host', 'mps2-an385'));
  it.each(['mps2-an385', 'mps2-an386', 'mps2-an500', 'mps2-an505', 'rp2040-pico'])(
    'on qemu for %s',
    (board) => judge('qemu', board),
  );
});

const steps = ['mps2-an385', 'mps2-an386'].flatMap(
  (board) => lower(graph, targetOf(loadBoard(board))).steps,
);

it('footprints know the size of every C file that the cases take', () => {
  const sizes = JSON.parse(
    readFileSync(new URL('../../codegen-templates/code-sizes.json', import.meta.url), 'utf8'),
  ) as Record<string, { units: Record<string, number> }>;
  const files = new Set(steps.flatMap(({ code }) => code.units.map(({ file }) => file)));
  expect(files.size).toBeGreaterThan(40);
  expect([...files].filter((file) => !sizes['cortex-m4']!.units[file])).toEqual([]);
});

it('the cases reach every kernel', () => {
  const reached = new Set(steps.map(({ kernel }) => kernel.name));
  const all = OPS.flatMap(({ kernels }) => kernels.map(({ name }) => name));
  expect(all.filter((name) => !reached.has(name))).toEqual([]);
});
