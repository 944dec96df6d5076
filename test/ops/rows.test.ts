import { expect, it } from 'vitest';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { lower } from '../../src/lower/lower.ts';
import { OPS } from '../../src/ops/index.ts';
import { compileModel } from '../../src/pipeline.ts';
import { firstDifference } from '../../src/support/bytes.ts';
import { Random } from '../../src/support/random.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { execute } from '../../src/workflow/execute.ts';
import type { Where } from '../../src/workflow/execute.ts';
import { inputBytes } from '../support/cases.ts';
import { windowChains } from '../support/window-chains.ts';

const SEED = Number(process.env.THIMBLE_SEED ?? 20261126);

console.log(`rows through rings: seed ${SEED} (THIMBLE_SEED)`);

const random = new Random(SEED);
const { graph, runs } = windowChains(random, 40);
const model = { name: 'chains', source: 'chains', bytes: new Uint8Array(), graph };
const vectors = (['random', 'low', 'high'] as const).map((fill) => inputBytes(graph, random, fill));
const interpreter = new Interpreter(graph);
const expected = vectors.map((input) => interpreter.runBytes(input));

async function judge(where: Where, boardName?: string): Promise<void> {
  const board = boardName === undefined ? undefined : loadBoard(boardName);
  const { outcome, program } = await execute({
    ...{ model, where, vectors, options: { runs, shrink: false } },
    ...(board && { board }),
  });
  const rings = program.plan.segments.flatMap((each) =>
    each.kind === 'rows' ? [...each.rings] : [],
  );
  expect(rings.length).toBeGreaterThan(20);
  outcome.outputs.forEach((output, i) => {
    expect(firstDifference(output, expected[i]!), `vector ${i}`).toBe(-1);
  });
}

it('runs of layers, row by row through rings of lines, give the bytes of the reference: on the host', () =>
  judge('host'));

it.each(['mps2-an385', 'mps2-an386'])(
  'runs of layers, row by row through rings of lines, give the bytes of the reference: on %s',
  (board) => judge('qemu', board),
);

it('rings take less memory than whole tensors of many rows', () => {
  const target = targetOf(loadBoard('mps2-an386'));
  const chains = Array.from({ length: 40 }, (_, i) => windowChains(new Random(SEED + i), 1, 60));
  const arenas = (inRows: boolean) =>
    chains.reduce((sum, chain) => {
      const one = { ...model, graph: chain.graph };
      const options = { shrink: false, ...(inRows && { runs: chain.runs }) };
      return sum + compileModel(one, target, options).library.arenaBytes;
    }, 0);
  expect(arenas(true)).toBeLessThan(arenas(false));
});

it('the chains reach every kernel that takes rows', () => {
  const steps = ['mps2-an385', 'mps2-an386'].flatMap(
    (board) => lower(graph, targetOf(loadBoard(board))).steps,
  );
  const reached = new Set(
    steps.flatMap(({ candidates }) =>
      candidates.flatMap(({ kernel }) => (kernel.rows ? [kernel.name] : [])),
    ),
  );
  const all = OPS.flatMap(({ kernels }) => kernels.filter(({ rows }) => rows));
  expect(all.filter(({ name }) => !reached.has(name)).map(({ name }) => name)).toEqual([]);
});
