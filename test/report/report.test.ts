import { describe, expect, it } from 'vitest';
import { overBudget, parseBudget } from '../../src/report/budget.ts';
import { diffReports, largestGrowth } from '../../src/report/diff.ts';
import { explainMisfit } from '../../src/report/fit.ts';
import { formatFlameGraph, readStacks, sumBy } from '../../src/report/flame.ts';
import { formatJUnit } from '../../src/report/junit.ts';
import { makeReport } from '../../src/report/report.ts';
import { limitBoard } from '../../src/target/limits.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { compileGraph } from '../support/compile-graph.ts';
import { smallNetwork } from '../support/small-model.ts';

const reportOn = (name: string) => {
  const board = loadBoard(name);
  const program = compileGraph(smallNetwork(), targetOf(board));
  return makeReport({
    program,
    board,
    basis: 'predicted',
    footprint: program.estimate,
    fits: true,
  });
};

describe('budgets', () => {
  const budget = {
    tolerancePercent: 2,
    entries: { 'm@b': { flash: 1000, ram: 500, instructions: 10_000 } },
  };

  it('allow growth up to the tolerance, and name what exceeds it', () => {
    const parsed = parseBudget(budget);
    if (Array.isArray(parsed)) throw new Error(parsed.join());
    expect(overBudget(parsed, 'm@b', { flash: 1020, ram: 400, instructions: 10_200 })).toEqual([]);
    const over = overBudget(parsed, 'm@b', { flash: 1021, ram: 500, instructions: 20_000 });
    expect(over.map(({ message }) => message)).toEqual([
      expect.stringMatching(/flash of m@b is 1021, 2.1 % above its budget of 1000/),
      expect.stringMatching(/instructions of m@b is 20000/),
    ]);
    expect(overBudget(parsed, 'other@b', { flash: 9e9, ram: 9e9 })).toEqual([]);
  });

  it('with unknown keys are refused', () => {
    expect(parseBudget({ ...budget, limit: 3 })).toEqual([expect.stringContaining('limit')]);
  });
});

describe('diff', () => {
  it('tells what changed, and by how much the worst figure grew', () => {
    const [m3, m4] = [reportOn('mps2-an385'), reportOn('mps2-an386')];
    expect(diffReports(m3, m3)).toEqual([]);
    expect(diffReports(m3, m4)).toContainEqual({
      figure: 'layer 0 conv2d kernel',
      before: 'conv2d_blocks_s8_c',
      after: 'conv2d_s8_4x2',
    });
    expect(largestGrowth(m3, m4)).toBeGreaterThan(0);
    expect(largestGrowth(m3, m3)).toBe(0);
  });
});

describe('reports', () => {
  it('have the fields of the contract', () => {
    expect(reportOn('mps2-an386')).toMatchObject({
      schemaVersion: 1,
      model: 'small',
      board: 'mps2-an386',
      basis: 'predicted',
      fits: true,
      flash: { limit: 4194304 },
      ram: { limit: 4194304 },
    });
    const [layer] = reportOn('mps2-an386').layers;
    expect(layer).toMatchObject({
      index: 0,
      op: 'conv2d',
      output: [1, 8, 8, 8],
      macs: 13_824,
      kernel: 'conv2d_s8_4x2',
      encoding: 'pairs2',
    });
    expect(layer!.cycles.measured).toBeNull();
  });

  it('blame layers and tensors for what does not fit', () => {
    const board = limitBoard(loadBoard('mps2-an386'), { ram: 600, flash: 2048 });
    const [flash, ram] = explainMisfit({ ...reportOn('mps2-an386'), fits: false }, board);
    expect(flash).toMatchObject({
      code: 'does-not-fit-flash',
      notes: [
        expect.stringContaining('of weights and tables'),
        expect.anything(),
        expect.anything(),
      ],
    });
    expect(ram).toMatchObject({
      code: 'does-not-fit-ram',
      notes: expect.arrayContaining([expect.stringContaining('alive at the peak')]) as unknown,
    });
  });
});

describe('profiles', () => {
  const stacks =
    'main (entry);invoke (entry);conv2d_0.constprop.0 (entry);kernel (entry) 90\nmain;invoke;conv2d_0 10\nmain;invoke;dense_1 5\nnoise\n';

  it('add up by layer, whatever was called below it', () => {
    const layers = new Map([
      ['conv2d_0', 0],
      ['dense_1', 1],
    ]);
    expect([...sumBy(readStacks(stacks), (name) => layers.get(name))]).toEqual([
      [0, 100],
      [1, 5],
    ]);
  });

  it('become a picture in which widths are instructions', () => {
    const svg = formatFlameGraph('a < b', readStacks(stacks));
    expect(svg).toContain('a &lt; b');
    expect(svg).toMatch(/conv2d_0: 100 instructions<\/title><rect x="0.0" y="\d+" width="1142.4"/);
  });
});

it('JUnit escapes what XML would trip over', () => {
  const xml = formatJUnit('m<1>', [
    { suite: 's', name: 'a "b" & c' },
    { suite: 's', name: 'd', failure: 'x < y\nz' },
    { suite: 't', name: 'e', skipped: 'no renode' },
  ]);
  expect(xml).toContain('<testsuites name="m&lt;1&gt;" tests="3" failures="1" skipped="1">');
  expect(xml).toContain('name="a &quot;b&quot; &amp; c"');
  expect(xml).toContain('<failure message="x &lt; y">x &lt; y\nz</failure>');
  expect(xml).toContain('<skipped message="no renode"/>');
});
