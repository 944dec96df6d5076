import type { Report } from './report.ts';

/** One figure in two reports. */
export interface Change {
  readonly figure: string;
  readonly before: number | string | null;
  readonly after: number | string | null;
}

/** What differs between two reports, totals first, then layer by layer. */
export function diffReports(before: Report, after: Report): Change[] {
  const totals: [string, (r: Report) => number | null][] = [
    ['flash', (r) => r.flash.total],
    ['flash weights', (r) => r.flash.weights],
    ['flash code', (r) => r.flash.code],
    ['RAM', (r) => r.ram.total],
    ['RAM arena', (r) => r.ram.arena],
    ['stack', (r) => r.ram.stack],
    ['MACs', (r) => r.macs],
    ['instructions', (r) => r.instructions],
  ];
  const changes = totals.map(([figure, of]): Change => ({
    figure,
    before: of(before),
    after: of(after),
  }));
  const layers = Math.max(before.layers.length, after.layers.length);
  for (let i = 0; i < layers; i++) {
    const [a, b] = [before.layers[i], after.layers[i]];
    const name = `layer ${(b ?? a)!.index} ${(b ?? a)!.op}`;
    changes.push({ figure: `${name} kernel`, before: a?.kernel ?? null, after: b?.kernel ?? null });
    for (const figure of ['weightBytes', 'scratchBytes', 'instructions'] as const) {
      changes.push({
        figure: `${name} ${figure}`,
        before: a?.[figure] ?? null,
        after: b?.[figure] ?? null,
      });
    }
  }
  return changes.filter((change) => change.before !== change.after);
}

/** The largest growth in percent among flash, RAM and instructions. */
export function largestGrowth(before: Report, after: Report): number {
  const pairs = [
    [before.flash.total, after.flash.total],
    [before.ram.total, after.ram.total],
    [before.instructions ?? 0, after.instructions ?? 0],
  ] as const;
  return Math.max(0, ...pairs.map(([a, b]) => (a > 0 ? 100 * (b / a - 1) : 0)));
}
