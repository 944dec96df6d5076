import { describe, expect, it } from 'vitest';
import { typedNodes } from '../../src/ir/graph.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import type { Acceptance } from '../../src/lower/lower.ts';
import { allUnits, opOf } from '../../src/ops/index.ts';
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
const FAMILIES: readonly Family[] = [
  { op: 'conv2d', units: 'nn_gemm_(4x2|2x4)' },
  { op: 'depthwise_conv2d', units: 'nn_depthwise_(\\dx\\d|lines)_s[12]_dsp' },
  { op: 'dense', units: 'nn_dense_[48]' },
  { op: 'conv2d', units: 'nn_gemm_2x4_nibbles', kernel: 'conv2d_s8_nibbles' },
  { op: 'conv2d', units: 'nn_gemm_2x4_ternary', kernel: 'conv2d_s8_ternary' },
  { op: 'dense', units: 'nn_dense_8_nibbles', kernel: 'dense_s8_nibbles' },
];

/** Units of an operator's kernels that differ in form. */
interface Family {
  readonly op: string;
  /** How their names begin, before the form. */
  readonly units: string;
  /** The kernel, where it is seldom the fastest. */
  readonly kernel?: string;
}

console.log(`forms of requantization: seed ${SEED} (THIMBLE_SEED)`);

const options = { shrink: false };
const target = targetOf(loadBoard('mps2-an386'));
const forms = [...new Set(FAMILIES.flatMap(formsOfFamily))];
const drawn = FAMILIES.map((family, i) => draw(family, new Random(SEED + i)));
const kernels = drawn.flatMap((cases, i) => cases.map(() => FAMILIES[i]!.kernel));
const model = modelOf(drawn.flat());
const judged = { ...options, accepts: acceptance(kernels) };

function formsOfFamily(family: Family): string[] {
  return allUnits().flatMap(({ name }) => formIn(family, name));
}

function formOf(name: string): string[] {
  return FAMILIES.flatMap((family) => formIn(family, name));
}

// What a unit's name says of its form, whatever the window, clamps and exact channels.
function formIn({ units }: Family, name: string): string[] {
  const known = new RegExp(`^${units}(?!.*(block|any|coded|nibbles|ternary))`).test(name);
  return known
    ? [name.replace(/_clamp|_special/g, '').replace(/(_\dx\d|(?<=lines))_s[12]/, '')]
    : [];
}

function formsOf({ schedule }: Program): string[] {
  return schedule.steps.flatMap(({ cost }) => cost.calls.flatMap(({ name }) => formOf(name)));
}

// The kernel of each case, whatever is the fastest where none is named.
function acceptance(names: readonly (string | undefined)[]): Acceptance {
  return ({ kernel }, { origin }) => (names[origin.operator] ?? kernel.name) === kernel.name;
}

// Cases until there are some of each form.
function draw(family: Family, random: Random): OpCase[] {
  const found = new Map(formsOfFamily(family).map((form) => [form, 0]));
  const chosen: OpCase[] = [];
  for (let i = 0; i < MOST_DRAWS && Math.min(...found.values()) < EACH; i++) {
    const made = acceptedCase(family.op, random);
    if (family.kernel && !takes(family.kernel, made)) continue;
    const accepts = acceptance([family.kernel]);
    const program = compileModel(modelOf([made]), target, { ...options, accepts });
    const own = formsOf(program).filter((form) => found.get(form)! < EACH);
    if (own.length === 0) continue;
    for (const form of own) found.set(form, found.get(form)! + 1);
    chosen.push(made);
  }
  return chosen;
}

function takes(kernel: string, made: OpCase): boolean {
  const [node] = typedNodes(graphOfCases([made]));
  const { reject } = opOf(made.op).kernels.find(({ name }) => name === kernel)!;
  return reject(node!, { target }) === undefined;
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
  const { outcome, program } = await execute({ model, options: judged, board, where, vectors });
  expect(outcome.outputs).toEqual(vectors.map((input) => interpreter.runBytes(input)));
  expect(new Set(formsOf(program))).toEqual(new Set(forms));
}

describe('every form of requantization gives the bytes of the reference', () => {
  it('on the host, under the sanitizers', () => judge('host', 'mps2-an386'));
  it.each(['mps2-an386', 'mps2-an500', 'mps2-an505'])('on qemu for %s', (board) =>
    judge('qemu', board),
  );
});
