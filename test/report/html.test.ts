import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { PNG } from 'pngjs';
import { expect, it } from 'vitest';
import { htmlPage } from '../../src/report/html/page.ts';
import { flashParts, ramParts } from '../../src/report/html/parts.ts';
import type { Part } from '../../src/report/html/parts.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { compileForBoard } from '../../src/workflow/build-model.ts';
import { cliFolder } from '../support/cli-folder.ts';
import { toolOrSkip } from '../support/optional-tools.ts';
import { smallNetwork } from '../support/small-model.ts';

const { folder, thimble } = cliFolder();
const model = { name: 'small', source: 'small', bytes: new Uint8Array(), graph: smallNetwork() };
const { report } = compileForBoard(model, loadBoard('stm32f4-discovery'));
const page = htmlPage(report);

it('needs nothing else, and runs nothing', () => {
  expect(page).not.toMatch(/<script|<link|<iframe|\son\w+=|\b(?:src|href)=|@import|url\((?!#)/i);
  expect(page.match(/https?:\/\/[^"' ]+/g)).toEqual(['http://www.w3.org/2000/svg']);
  expect(htmlPage(report)).toBe(page);
});

it('tells of each layer what it takes, its kernel, and why no other', () => {
  expect(report.layers.some(({ rejected }) => rejected.length > 1)).toBe(true);
  const rows = page.split('<tr>').filter((row) => row.includes('<summary>why not'));
  for (const layer of report.layers.filter(({ rejected }) => rejected.length > 0)) {
    const row = rows.find((each) => each.startsWith(`<td class="n">${layer.index}</td>`))!;
    expect(row).toContain(layer.kernel);
    expect(row).toContain(layer.encoding);
    expect(row).toContain(layer.cycles.predicted.toLocaleString('en-US'));
    expect(row.match(/<li>/g)).toHaveLength(layer.rejected.length);
  }
});

it('divides all of flash and RAM among parts', () => {
  const sum = (parts: readonly Part[]) => parts.reduce((n, { bytes }) => n + bytes, 0);
  expect(sum(flashParts(report))).toBe(report.flash.total);
  expect(sum(ramParts(report))).toBe(report.ram.total);
  // More layers than have a part of their own.
  const [layer] = report.layers;
  const layers = Array.from({ length: 90 }, (_, i) => ({ ...layer!, weightBytes: 100 + i }));
  const weights = layers.reduce((n, { weightBytes }) => n + weightBytes, 0);
  const flash = { ...report.flash, weights, total: weights + report.flash.code };
  const parts = flashParts({ layers, flash });
  expect([sum(parts), parts.length]).toEqual([flash.total, 26]);
});

it('shows names of a model as text', () => {
  const evil = '<img src=x onerror=alert(1)>';
  const layers = report.layers.map((layer) => ({ ...layer, name: evil, rejected: [evil] }));
  const plan = report.plan.map((place) => ({ ...place, tensor: evil }));
  expect(htmlPage({ ...report, layers, plan })).not.toContain('<img');
});

const chromium = toolOrSkip('chromium', 'apt-get install chromium');
it.skipIf(!chromium)('headless Chromium shows its bars and its memory map', async () => {
  const file = path.join(folder, 'page.html');
  const picture = path.join(folder, 'page.png');
  writeFileSync(file, page);
  const options = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${folder}/home`];
  const url = pathToFileURL(file).href;
  const { stdout } = await execa(chromium!, [...options, '--dump-dom', url]);
  expect(stdout.match(/<td class="n">\d+<\/td><td title/g)).toHaveLength(report.layers.length);
  const shot = [`--screenshot=${picture}`, '--window-size=1300,1600', url];
  await execa(chromium!, [...options, ...shot]);
  const { data } = PNG.sync.read(readFileSync(picture));
  const colours = new Set<string>();
  for (let i = 0; i < data.length; i += 4) colours.add(data.toString('hex', i, i + 3));
  // Bars of MACs, cycles and weights, and the layer at which the arena is fullest.
  for (const colour of ['5a9bd4', 'e08a4f', '63b179', '8ecae6']) expect(colours).toContain(colour);
});

it('is what --html writes, also of a model that does not fit', async () => {
  const args = ['compile', 'small.thimble', '-b', 'stm32f4-discovery', '-o'];
  const fits = await thimble([...args, 'out', '--html', 'report.html']);
  expect(fits.code, fits.err).toBe(0);
  expect(readFileSync(path.join(folder, 'report.html'), 'utf8')).toBe(page);
  const tooLarge = await thimble([...args, 'none', '--ram', '1K', '--html', 'large.html']);
  expect(tooLarge.code).toBe(1);
  expect(readFileSync(path.join(folder, 'large.html'), 'utf8')).toContain('>does not fit<');
  const twice = await thimble([...args, 'out', '--html', 'a.html', '--junit', 'a.html']);
  expect([twice.code, twice.err]).toEqual([2, expect.stringContaining('name two files')]);
  const over = await thimble([...args, 'out', '--html', 'small.thimble']);
  expect([over.code, over.err]).toEqual([2, expect.stringContaining('output-exists')]);
});
