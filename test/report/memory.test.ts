import { describe, expect, it } from 'vitest';
import { describeMemory } from '../../src/report/memory.ts';
import { drawMemory } from '../../src/report/memory-picture.ts';
import { makeReport } from '../../src/report/report.ts';
import type { Report } from '../../src/report/report.ts';
import { Random } from '../../src/support/random.ts';
import type { CompileOptions } from '../../src/pipeline.ts';
import type { Graph } from '../../src/ir/types.ts';
import { limitBoard } from '../../src/target/limits.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { compileGraph } from '../support/compile-graph.ts';
import { smallNetwork } from '../support/small-model.ts';
import { wideModel, WIDE } from '../support/wide-model.ts';
import { windowChains } from '../support/window-chains.ts';

const machine = loadBoard('mps2-an386');

function reportOf(graph: Graph, board = machine, options: CompileOptions = {}): Report {
  const program = compileGraph(graph, targetOf(board), 'small', options);
  const facts = { program, board, basis: 'predicted', footprint: program.estimate } as const;
  return makeReport({ ...facts, fits: true });
}

const chains = windowChains(new Random(3), 6, 60);
const streamed = reportOf(chains.graph, machine, { runs: chains.runs, shrink: false });

describe('the peak of a plan', () => {
  const report = reportOf(smallNetwork());

  it('is the lower bound, at a layer, with all that is alive there', () => {
    for (const { peak, ram, plan } of [report, streamed]) {
      expect(peak.bytes).toBe(ram.lowerBound);
      const [first, last] = [peak.layers[0]!, peak.layers.at(-1)!];
      const alive = plan.filter((p) => p.first <= last && first <= p.last && p.region !== 'states');
      expect(peak.tensors.map(({ tensor }) => tensor).sort()).toEqual(
        alive.map(({ tensor }) => tensor).sort(),
      );
      const sizes = peak.tensors.map(({ bytes }) => bytes);
      expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
      expect(sizes.reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(peak.bytes);
    }
  });

  it('names at most three changes, those first that save most', () => {
    const { changes, tensors } = report.peak;
    expect(changes.length).toBeGreaterThan(1);
    expect(changes.length).toBeLessThanOrEqual(3);
    const saved = changes.map(({ saves }) => saves);
    expect(saved).toEqual([...saved].sort((a, b) => b - a));
    for (const { change, name, saves } of changes) {
      if (change !== 'tensor') continue;
      const { bytes } = tensors.find(({ tensor }) => tensor === name)!;
      expect(saves).toBeGreaterThan(0);
      expect(saves).toBeLessThanOrEqual(bytes / 2);
    }
  });

  it('another plan is what its option asks for', () => {
    const { name, saves, cycles } = report.peak.changes.find(({ change }) => change === 'plan')!;
    const ram = Number(/^--ram (\d+)$/.exec(name)![1]);
    const asked = reportOf(smallNetwork(), limitBoard(machine, { ram }));
    expect(asked.ram.total).toBeLessThanOrEqual(report.ram.total - saves);
    const sum = ({ layers }: Report) =>
      layers.reduce((all, each) => all + each.cycles.predicted, 0);
    expect(sum(asked)).toBeLessThanOrEqual((sum(report) + cycles!) * 1.001);
  });

  it('is told in words', () => {
    const lines = describeMemory(report);
    expect(lines[0]).toMatch(/^peak {2}[\d.]+ K?B at layer \d+: ".+" [\d.]+ K?B/);
    expect(lines.slice(1).join('\n')).toMatch(/^ {6}.+ less with --ram \d+, [\d,]+ cycles more$/m);
    expect(lines.slice(1).join('\n')).toMatch(/^ {6}.+ less with half of ".+"$/m);
    const rows = describeMemory({
      peak: { ...streamed.peak, layers: [2, 3], tensors: [{ tensor: 'a', bytes: 9, ring: 3 }] },
    });
    expect(rows[0]).toMatch(/at layers 2 to 3, row by row: "a" \(3 rows\) 9 B$/);
    expect(describeMemory({ peak: { bytes: 0, layers: [], tensors: [], changes: [] } })).toEqual(
      [],
    );
  });
});

describe('the picture of a plan', () => {
  const boxes = (svg: string) => [...svg.matchAll(/<g><title>([^<]*)<\/title><rect ([^>]*)\/>/g)];
  const place = (attributes: string) =>
    ['x', 'y', 'width', 'height'].map((name) =>
      Number(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)![1]),
    ) as [number, number, number, number];

  it('has a box for each buffer, rings hatched, and is the same each time', () => {
    const svg = drawMemory(streamed);
    expect(boxes(svg)).toHaveLength(streamed.plan.length);
    const rings = streamed.plan.filter(({ ring }) => ring !== null);
    expect(rings.length).toBeGreaterThan(2);
    // One more in the legend.
    expect(svg.match(/fill="url\(#ring\)"/g)).toHaveLength(rings.length + 1);
    expect(svg).toContain(`a ring of ${rings[0]!.ring} rows`);
    expect(drawMemory(streamed)).toBe(svg);
  });

  it('boxes lie as the buffers do: the same address and time is the same place', () => {
    const { plan, ram } = streamed;
    const found = new Map(boxes(drawMemory(streamed)).map(([, title, box]) => [title!, box!]));
    const titles = [...found.keys()];
    const scale = 380 / ram.arena;
    const columns: number[] = [];
    for (const { tensor, offset, bytes, first, last } of plan) {
      const title = titles.find((each) =>
        each.startsWith(`${tensor}: ${bytes} bytes at ${offset}`),
      );
      const [, y, width, height] = place(found.get(title!)!);
      expect(Math.abs(height - bytes * scale)).toBeLessThan(0.2);
      expect(Math.abs(76 + 380 - y - height - offset * scale)).toBeLessThan(0.2);
      columns.push(width / (last - first + 1));
    }
    expect(Math.max(...columns) - Math.min(...columns)).toBeLessThan(0.2);
  });

  it('has a panel for each memory', () => {
    const [name, side, channels] = WIDE[0]!;
    const { graph } = wideModel(side, channels);
    const report = reportOf(graph, loadBoard(name));
    expect(report.ram.arenas.length).toBeGreaterThan(1);
    const svg = drawMemory(report);
    for (const { memory } of report.ram.arenas) expect(svg).toContain(`>${memory}: `);
  });

  it('takes names as text, whatever they are', () => {
    const tensor = '<script>"a" & b</script>\u001b[31m';
    const plan = streamed.plan.map((each, i) => (i === 0 ? { ...each, tensor } : each));
    const svg = drawMemory({ ...streamed, plan });
    expect(svg).toContain('&lt;script&gt;&quot;a&quot; &amp; b&lt;/script&gt;\ufffd[31m');
    expect(svg).not.toContain('<script');
  });
});
