import { describe, expect, it } from 'vitest';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { contentsOf } from '../../src/codegen/units.ts';
import { SIZES } from '../../src/estimate/code-sizes.ts';
import { constantBytes } from '../../src/estimate/estimate.ts';
import { lower } from '../../src/lower/lower.ts';
import { allUnits, OPS } from '../../src/ops/index.ts';
import { compileModel } from '../../src/pipeline.ts';
import { Random } from '../../src/support/random.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { compareOutput } from '../../src/verify/compare.ts';
import { execute } from '../../src/workflow/execute.ts';
import type { Where } from '../../src/workflow/execute.ts';
import { acceptedCase } from '../support/accepted-case.ts';
import { caseAt, graphOfCases, inputBytes } from '../support/cases.ts';
import type { OpCase } from '../support/cases.ts';

const SEED = Number(process.env.THIMBLE_SEED ?? 20261124);
/** Of each operator, and more for each of its kernels. */
const CASES = Number(process.env.THIMBLE_CASES ?? 8);
const KERNEL_CASES = 4;
const FILLS = ['random', 'random', 'low', 'high'] as const;

console.log(
  `operator cases: seed ${SEED} (THIMBLE_SEED), ${CASES} of each operator (THIMBLE_CASES), and more`,
);

const cases = OPS.flatMap(({ name, kernels }, i) => {
  const random = new Random(SEED + i);
  const length = CASES + KERNEL_CASES * kernels.length;
  return Array.from({ length }, () => acceptedCase(name, random));
});
// Every case is computed as it is.
const options = { shrink: false };
const model = modelOf(cases);

function modelOf(some: readonly OpCase[]) {
  return { name: 'cases', source: 'cases', bytes: new Uint8Array(), graph: graphOfCases(some) };
}

async function judge(
  where: Where,
  boardName: string | undefined,
  some: readonly OpCase[] = cases,
): Promise<void> {
  const board = boardName === undefined ? undefined : loadBoard(boardName);
  const own = modelOf(some);
  const random = new Random(SEED);
  const vectors = FILLS.map((fill) => inputBytes(own.graph, random, fill));
  const interpreter = new Interpreter(own.graph);
  const expected = vectors.map((input) => interpreter.runBytes(input));
  const request = { model: own, options, ...(board && { board }), where, vectors };
  const { outcome } = await execute(request);
  outcome.outputs.forEach((output, i) => {
    const { difference } = compareOutput(own.graph, FILLS[i]!, 'reference', output, expected[i]!);
    if (!difference) return;
    const { byte } = difference;
    const { op, attrs, inputs, outputs } = caseAt(own.graph, some, byte);
    const shown = { op, attrs, inputs: inputs.map((t) => t && { ...t, data: undefined }), outputs };
    expect.fail(
      `vector ${i} (${FILLS[i]}), byte ${byte}: ${output[byte]}, expected ${expected[i]![byte]}\n${JSON.stringify(shown)}`,
    );
  });
  expect(outcome.outputs).toHaveLength(vectors.length);
}

// THIMBLE_MATRIX=full runs each case on each board; otherwise boards with the same kernels take turns.
const full = process.env.THIMBLE_MATRIX === 'full';
const TURNS = [
  ['mps2-an385', 'rp2040-pico'],
  ['mps2-an386', 'mps2-an500', 'mps2-an505'],
].flatMap((boards) => boards.map((board, turn) => ({ board, turn, turns: boards.length })));

describe('every kernel gives the bytes of the reference', () => {
  it('on the host, under the sanitizers, portable and DSP kernels', () => judge('host', undefined));
  it('on the host, portable kernels only', () => judge('host', 'mps2-an385'));
  it.each(TURNS)('on qemu for $board', ({ board, turn, turns }) =>
    judge(
      'qemu',
      board,
      cases.filter((_, i) => full || i % turns === turn),
    ),
  );
});

const BOARDS = ['mps2-an385', 'mps2-an386'];

it('the size of every unit was measured, of the text that it has now', () => {
  const units = allUnits();
  const stale = units.filter((unit) => SIZES.units[unit.name]?.contents !== contentsOf(unit));
  expect(
    stale.map(({ name }) => name),
    'run scripts/measure-code-size.ts',
  ).toEqual([]);
  expect(Object.keys(SIZES.units).sort()).toEqual(units.map(({ name }) => name));
});

it('a cost names the units, constants and calls that the code then has', () => {
  for (const board of BOARDS) {
    const { library, schedule } = compileModel(model, targetOf(loadBoard(board)), options);
    const coded = library.steps.map(({ calls }) => calls.map(({ unit }) => unit.name));
    expect(coded).toEqual(schedule.steps.map(({ cost }) => cost.calls.map(({ name }) => name)));
    const counted = schedule.steps.map((step) => [step.index, constantBytes(step)]);
    const found = schedule.steps.map(({ index }) => [
      index,
      library.constants.list
        .filter(({ step }) => step === index)
        .reduce((sum, { constant }) => sum + constant.array.byteLength, 0),
    ]);
    expect(found).toEqual(counted);
  }
});

it('the cases reach every kernel', () => {
  const steps = BOARDS.flatMap((board) => lower(model.graph, targetOf(loadBoard(board))).steps);
  const reached = new Set(
    steps.flatMap(({ candidates }) => candidates.map(({ kernel }) => kernel.name)),
  );
  const all = OPS.flatMap(({ kernels }) => kernels.map(({ name }) => name));
  expect(all.filter((name) => !reached.has(name))).toEqual([]);
});
