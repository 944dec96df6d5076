import { describe, expect, it } from 'vitest';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { allUnits } from '../../src/ops/index.ts';
import { compileModel } from '../../src/pipeline.ts';
import type { Program } from '../../src/pipeline.ts';
import { Random } from '../../src/support/random.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { execute } from '../../src/workflow/execute.ts';
import type { Where } from '../../src/workflow/execute.ts';
import { acceptedCase } from '../support/accepted-case.ts';
import { graphOfCases, inputBytes } from '../support/cases.ts';
import type { OpCase } from '../support/cases.ts';

/*
 * Random layers seldom have the scales that a form of requantization is for: each form of the kernels that
 * most layers take is looked for until there are some.
 */
const SEED = Number(process.env.THIMBLE_SEED ?? 20261130);
const EACH = 3;
const MOST_DRAWS = 3000;
const FAMILIES = {
  conv2d: 'nn_gemm',
  depthwise_conv2d: 'nn_depthwise',
  dense: 'nn_dense',
} as const;

console.log(`forms of requantization: seed ${SEED} (THIMBLE_SEED)`);

const options = { shrink: false };
const target = targetOf(loadBoard('mps2-an386'));
const forms = [...new Set(allUnits().flatMap(({ name }) => formOf(name)))];
const cases = Object.entries(FAMILIES).flatMap(([op, family], i) =>
  draw(
    op,
    forms.filter((form) => form.startsWith(family)),
    new Random(SEED + i),
  ),
);
const model = modelOf(cases);

// What a unit's name says of its form, whatever the window, clamps and exact channels.
function formOf(name: string): string[] {
  const known =
    /^nn_(gemm_4x2|gemm_2x4|dense_4|dense_8|depthwise_(\dx\d|lines)_s[12]_dsp)(?!.*(block|any|coded))/;
  const family = known.exec(name)?.[0];
  if (family === undefined) return [];
  return [name.replace(/_clamp|_special/g, '').replace(/(_\dx\d|(?<=lines))_s[12]/, '')];
}

function formsOf({ schedule }: Program): string[] {
  return schedule.steps.flatMap(({ cost }) => cost.calls.flatMap(({ name }) => formOf(name)));
}

// Cases until there are some of each form.
function draw(op: string, wanted: readonly string[], random: Random): OpCase[] {
  const found = new Map(wanted.map((form) => [form, 0]));
  const chosen: OpCase[] = [];
  for (let i = 0; i < MOST_DRAWS && Math.min(...found.values()) < EACH; i++) {
    const made = acceptedCase(op, random);
    const program = compileModel(modelOf([made]), target, options);
    const own = formsOf(program).filter((form) => found.get(form)! < EACH);
    if (own.length === 0) continue;
    for (const form of own) found.set(form, found.get(form)! + 1);
    chosen.push(made);
  }
  return chosen;
}

function modelOf(some: readonly OpCase[]) {
  const graph = graphOfCases(some);
  return { name: 'forms', source: 'forms', bytes: new Uint8Array(), graph };
}

async function judge(where: Where, boardName: string): Promise<void> {
  const random = new Random(SEED);
  const fills = ['random', 'low', 'high'] as const;
  const vectors = fills.map((fill) => inputBytes(model.graph, random, fill));
  const interpreter = new Interpreter(model.graph);
  const board = loadBoard(boardName);
  const { outcome, program } = await execute({ model, options, board, where, vectors });
  expect(outcome.outputs).toEqual(vectors.map((input) => interpreter.runBytes(input)));
  expect(new Set(formsOf(program))).toEqual(new Set(forms));
}

describe('every form of requantization gives the bytes of the reference', () => {
  it('on the host, under the sanitizers', () => judge('host', 'mps2-an386'));
  it.each(['mps2-an386', 'mps2-an500', 'mps2-an505'])('on qemu for %s', (board) =>
    judge('qemu', board),
  );
});
