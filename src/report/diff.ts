import { z } from 'zod';

const count = z.number().int().min(0);
// Reports that other programs made of ours, such as older ones, may lack it.
const counted = count.nullish();

/** What is compared of a report.json. */
export const comparableReport = z.object({
  schemaVersion: z.literal(1),
  macs: counted,
  instructions: counted,
  flash: z.object({ total: count, weights: counted, code: counted }),
  ram: z.object({ total: count, arena: counted, stack: counted }),
  layers: z
    .array(
      z.object({
        index: count,
        op: z.string(),
        kernel: z.string().nullish(),
        weightBytes: counted,
        scratchBytes: counted,
        instructions: counted,
      }),
    )
    .readonly(),
});

export type ComparableReport = z.output<typeof comparableReport>;

/** One figure in two reports. */
export interface Change {
  readonly figure: string;
  readonly before: number | string | null;
  readonly after: number | string | null;
}

/** What differs between two reports, totals first, then layer by layer. */
export function diffReports(before: ComparableReport, after: ComparableReport): Change[] {
  const totals: [string, (r: ComparableReport) => number | null | undefined][] = [
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
    before: of(before) ?? null,
    after: of(after) ?? null,
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
export function largestGrowth(before: ComparableReport, after: ComparableReport): number {
  const pairs = [
    [before.flash.total, after.flash.total],
    [before.ram.total, after.ram.total],
    [before.instructions ?? 0, after.instructions ?? 0],
  ] as const;
  return Math.max(0, ...pairs.map(([a, b]) => (a > 0 ? 100 * (b / a - 1) : 0)));
}
