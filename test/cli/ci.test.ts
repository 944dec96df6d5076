import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliFolder, json } from '../support/cli-folder.ts';

const { folder, thimble } = cliFolder();

describe('in CI', () => {
  it('shards divide the vectors, and a budget fails the run that exceeds it', async () => {
    const counts = await Promise.all(
      ['1/3', '2/3', '3/3'].map(async (shard) => {
        const { out } = await thimble([
          'test',
          'small.thimble',
          '--on',
          'host',
          '--count',
          '7',
          '--shard',
          shard,
          '--json',
        ]);
        return json(out).vectors;
      }),
    );
    expect(counts).toEqual([3, 2, 2]);
    expect((await thimble(['test', 'small.thimble', '--on', 'host', '--shard', '4/3'])).code).toBe(
      2,
    );
    const args = ['test', 'small.thimble', '-b', 'mps2-an386', '--on', 'qemu', '--count', '1'];
    expect((await thimble([...args, '--update-budget'])).code).toBe(0);
    const file = path.join(folder, 'thimble.budget.json');
    const budget = JSON.parse(readFileSync(file, 'utf8')) as {
      entries: Record<string, { instructions: number }>;
    };
    expect((await thimble(args)).code).toBe(0);
    budget.entries['small@mps2-an386']!.instructions = 100;
    writeFileSync(file, JSON.stringify(budget));
    const page = path.join(folder, 'over.md');
    const reports = ['--junit', 'over.xml'];
    const { code, out, err } = await thimble([...args, ...reports], { GITHUB_STEP_SUMMARY: page });
    const asJson = await thimble([...args, '--json']);
    rmSync(file);
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('error[over-budget]: instructions of small@mps2-an386'),
    ]);
    expect(out).toMatch(/^over budget: instructions/m);
    expect(readFileSync(path.join(folder, 'over.xml'), 'utf8')).toMatch(
      /failures="1"[^]*name="budget"[^]*<failure/,
    );
    expect(readFileSync(page, 'utf8')).toMatch(/^### failed[^]*over budget: instructions/);
    expect([asJson.code, json(asJson.out)]).toEqual([
      1,
      expect.objectContaining({ passed: false, overBudget: [expect.anything()] }),
    ]);
  });

  it('a step summary and JUnit list vectors and layers', async () => {
    const page = path.join(folder, 'summary.md');
    const args = [
      'test',
      'small.thimble',
      '-b',
      'mps2-an386',
      '--on',
      'qemu',
      '--count',
      '2',
      '--junit',
      'j.xml',
    ];
    expect((await thimble(args, { GITHUB_STEP_SUMMARY: page })).code).toBe(0);
    expect(readFileSync(page, 'utf8')).toMatch(/^### passed: small on qemu mps2-an386: 2 vectors/);
    expect(readFileSync(path.join(folder, 'j.xml'), 'utf8')).toMatch(
      /qemu mps2-an386, layers" name="0 conv2d conv2d"/,
    );
  });

  it('diff compares two reports and can fail', async () => {
    for (const [board, out] of [
      ['mps2-an385', 'd1'],
      ['mps2-an386', 'd2'],
    ] as const) {
      await thimble(['compile', 'small.thimble', '-b', board, '-o', out]);
    }
    const args = ['diff', 'd1/report.json', 'd2/report.json'];
    expect((await thimble(args)).out).toMatch(/conv2d_\w+_c +conv2d_s8_4x2/);
    expect((await thimble([...args, '--max-growth', '1'])).code).toBe(1);
    expect((await thimble(['diff', 'small.thimble', 'd2/report.json'])).err).toMatch(/bad-report/);
    const report = JSON.parse(readFileSync(path.join(folder, 'd1/report.json'), 'utf8')) as object;
    for (const wrong of [
      { flash: {} },
      { ram: { total: '9' } },
      { layers: 5 },
      { layers: { length: 1e9 } },
      { layers: [null] },
      { instructions: -1 },
    ]) {
      writeFileSync(path.join(folder, 'wrong.json'), JSON.stringify({ ...report, ...wrong }));
      const { code, err } = await thimble(['diff', 'd2/report.json', 'wrong.json']);
      expect([code, err]).toEqual([2, expect.stringContaining('bad-report')]);
    }
  });
});
