import { expect, it } from 'vitest';
import { runPasses } from '../../src/passes/index.ts';
import { lower } from '../../src/lower/lower.ts';
import type { Kernel } from '../../src/ops/kernel.ts';
import { OPS } from '../../src/ops/index.ts';
import { OBJECTIVES } from '../../src/select/objective.ts';
import { select } from '../../src/select/select.ts';
import type { Selection } from '../../src/select/select.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { compileGraph } from '../support/compile-graph.ts';
import { sampleGraphs } from '../support/random-graphs.ts';
import { SEED } from '../support/seeds.ts';
import { smallNetwork } from '../support/small-model.ts';

const target = targetOf(loadBoard('mps2-an386'));
const figures = ({ estimate }: Selection) => ({
  speed: estimate.cycles,
  flash: estimate.flash.total,
  ram: estimate.ram.total,
});

it(`each objective is best at what it asks for (seed ${SEED})`, () => {
  for (const graph of [smallNetwork(), ...sampleGraphs(SEED, 20).map((g) => runPasses(g))]) {
    const candidates = lower(graph, target);
    const of = Object.fromEntries(
      OBJECTIVES.map((optimize) => [optimize, figures(select(candidates, target, { optimize }))]),
    ) as Record<(typeof OBJECTIVES)[number], ReturnType<typeof figures>>;
    for (const objective of ['speed', 'flash', 'ram'] as const)
      for (const other of OBJECTIVES)
        expect(of[objective][objective]).toBeLessThanOrEqual(of[other][objective]);
  }
});

it('takes the fastest that fits, and says what each layer gave up', () => {
  const candidates = lower(smallNetwork(), target);
  const fast = select(candidates, target);
  const small = select(candidates, target, { optimize: 'flash' });
  expect(small.estimate.flash.total).toBeLessThan(fast.estimate.flash.total);
  const limited = { ...target, flashBytes: small.estimate.flash.total };
  const fitting = select(candidates, limited);
  expect(fitting.estimate.flash.total).toBeLessThanOrEqual(limited.flashBytes);
  expect(fitting.estimate.cycles).toBeGreaterThan(fast.estimate.cycles);
  const reasons = fitting.schedule.steps.flatMap(({ rejected }) => rejected);
  expect(
    reasons.filter((reason) => /more of flash|no other layer shares/.test(reason)),
  ).not.toEqual([]);
  expect(fast.schedule.steps.flatMap(({ rejected }) => rejected).join()).toMatch(
    /slower by \d+ cycles/,
  );
});

it('what fits nowhere comes as near as it can', () => {
  const candidates = lower(smallNetwork(), target);
  const least = select(candidates, target, { optimize: 'flash' }).estimate.flash.total;
  const tight = { ...target, flashBytes: 1000 };
  expect(select(candidates, tight).estimate.flash.total).toBe(least);
});

it('kernels write their code once a step, and only for what was chosen', () => {
  const asked: string[] = [];
  const kernels = new Set(OPS.flatMap((op) => op.kernels)); // operators share some
  const restore = [...kernels].map((kernel) => watch(kernel, asked));
  try {
    const { schedule } = compileGraph(smallNetwork(), target);
    expect(asked).toEqual(schedule.steps.map(({ kernel }) => kernel.name));
  } finally {
    restore.forEach((undo) => undo());
  }
});

function watch(kernel: Kernel, asked: string[]): () => void {
  const { code } = kernel;
  const watched = kernel as { code: Kernel['code'] };
  watched.code = (...given) => {
    asked.push(kernel.name);
    return code.apply(kernel, given);
  };
  return () => {
    watched.code = code;
  };
}
