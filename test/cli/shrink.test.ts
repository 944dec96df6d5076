import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Report } from '../../src/report/report.ts';
import { thimble } from '../support/cli.ts';
import { plantedGraph } from '../support/planted-graphs.ts';
import { thimbleFile } from '../support/small-model.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'thimble-shrink-'));
writeFileSync(path.join(folder, 'planted.thimble'), thimbleFile(plantedGraph(5)));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function compile(...options: string[]): Promise<{ out: string; report: Report }> {
  const args = ['compile', 'planted.thimble', '-b', 'mps2-an386', '-o', 'out', ...options];
  const { code, out, err } = await thimble(folder, args);
  expect(code, err).toBe(0);
  const report = readFileSync(path.join(folder, 'out/report.json'), 'utf8');
  return { out, report: JSON.parse(report) as Report };
}

it('compile says what was taken out and why; --no-shrink takes nothing out', async () => {
  const { out, report } = await compile();
  expect(out).toMatch(/\d of [\d,]+ MACs \(\d+%\) are computed/);
  expect(out).toMatch(/ {2}dense dense: \d+ of \d+ channels /);
  expect(report.macs).toBeLessThan(report.modelMacs);
  expect(report.removed.length).toBeGreaterThan(0);
  const whole = await compile('--no-shrink');
  expect(whole.out).not.toContain('are computed');
  expect(whole.report.removed).toEqual([]);
  expect(whole.report.macs).toBe(report.modelMacs);
  expect(whole.report.modelMacs).toBe(report.modelMacs);
});

it('inspect tells what compilation would take out', async () => {
  const { out } = await thimble(folder, ['inspect', 'planted.thimble']);
  expect(out).toMatch(/MACs \(\d+%\) are computed; no output depends on the others:\n {2}dense/);
  const { out: json } = await thimble(folder, ['inspect', 'planted.thimble', '--json']);
  const { shrunk } = JSON.parse(json) as { shrunk: Pick<Report, 'removed'> };
  expect(shrunk.removed.length).toBeGreaterThan(0);
});
