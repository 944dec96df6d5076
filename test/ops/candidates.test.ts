import { expect, it } from 'vitest';
import { Interpreter } from '../../src/interpret/interpret.ts';
import type { Acceptance } from '../../src/lower/lower.ts';
import { candidateName, lower } from '../../src/lower/lower.ts';
import { opOf, OPS } from '../../src/ops/index.ts';
import { firstDifference, product } from '../../src/support/bytes.ts';
import { Random } from '../../src/support/random.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { execute } from '../../src/workflow/execute.ts';
import type { Where } from '../../src/workflow/execute.ts';
import { acceptedCase } from '../support/accepted-case.ts';
import { caseAt, graphOfCases, inputBytes } from '../support/cases.ts';
import type { OpCase } from '../support/cases.ts';

const SEED = Number(process.env.THIMBLE_SEED ?? 20261130);
const CASES = Number(process.env.THIMBLE_CASES ?? 80);
/** Operators with more kernels and weight formats than the fastest one of each case shows. */
const OPERATORS = ['conv2d', 'depthwise_conv2d', 'dense'];
/** Depthwise ones that one kernel alone takes are seldom drawn. */
const TIMES: Readonly<Record<string, number>> = { depthwise_conv2d: 2 };

const MOST_ELEMENTS = 6_000;

console.log(`candidates: seed ${SEED} (THIMBLE_SEED), ${CASES} cases (THIMBLE_CASES)`);

const random = new Random(SEED);
// All of them lie in the RAM of a small board at once.
function smallCase(name: string): OpCase {
  const drawn = acceptedCase(name, random);
  const shapes = opOf(name).inferShapes(drawn.attrs, drawn.inputs);
  const isSmall = shapes.every((shape) => product(shape) <= MOST_ELEMENTS);
  return isSmall ? drawn : smallCase(name);
}

const cases = OPERATORS.flatMap((name) =>
  Array.from({ length: CASES * (TIMES[name] ?? 1) }, () => smallCase(name)),
);
const graph = graphOfCases(cases);
const model = { name: 'cases', source: 'cases', bytes: new Uint8Array(), graph };
const vectors = (['random', 'low', 'high'] as const).map((fill) => inputBytes(graph, random, fill));
const interpreter = new Interpreter(graph);
const expected = vectors.map((input) => interpreter.runBytes(input));

// The candidates of a node take turns, case by case.
function turns(boardName: string): { accepts: Acceptance; taken: ReadonlySet<string> } {
  const counts = new Map<string, number>();
  const chosen = new Map<number, string>();
  for (const { node, candidates } of lower(graph, targetOf(loadBoard(boardName))).steps) {
    const names = candidates.map(candidateName);
    const count = (name: string) => counts.get(name) ?? 0;
    const rarest = names.reduce((a, b) => (count(b) < count(a) ? b : a));
    counts.set(rarest, count(rarest) + 1);
    chosen.set(node.origin.operator, rarest);
  }
  const accepts: Acceptance = (candidate, { origin }) =>
    candidateName(candidate) === chosen.get(origin.operator);
  return { accepts, taken: new Set(counts.keys()) };
}

async function judge(where: Where, boardName: string): Promise<void> {
  const board = loadBoard(boardName);
  const options = { shrink: false, accepts: turns(boardName).accepts };
  const { outcome, program } = await execute({ model, options, board, where, vectors });
  outcome.outputs.forEach((output, i) => {
    const byte = firstDifference(output, expected[i]!);
    if (byte === -1) return;
    const made = caseAt(graph, cases, byte);
    const step = program.schedule.steps[cases.indexOf(made)]!;
    const { op, attrs, inputs, outputs } = made;
    const shown = { op, attrs, inputs: inputs.map((t) => t && { ...t, data: undefined }), outputs };
    expect.fail(
      `vector ${i}, byte ${byte} by ${candidateName(step)}: ${output[byte]}, expected ${expected[i]![byte]}\n${JSON.stringify(shown)}`,
    );
  });
}

it('every kernel gives the bytes of the reference in each of its formats: on the host', () =>
  judge('host', 'mps2-an386'));

it.each(['mps2-an386', 'mps2-an385', 'rp2040-pico'])(
  'every kernel gives the bytes of the reference in each of its formats: on %s',
  (board) => judge('qemu', board),
);

it('the cases give each of them its turn', () => {
  const taken = new Set(['mps2-an386', 'mps2-an385'].flatMap((board) => [...turns(board).taken]));
  const all = OPS.filter(({ name }) => OPERATORS.includes(name)).flatMap(({ kernels }) =>
    kernels.flatMap((kernel) =>
      (kernel.formats ?? [undefined]).map((format) =>
        candidateName({ kernel, ...(format && { format }) }),
      ),
    ),
  );
  expect(all.filter((name) => !taken.has(name))).toEqual([]);
});
