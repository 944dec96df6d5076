import { formatSize } from '../support/bytes.ts';
import { shorten } from '../support/identifiers.ts';
import type { ChangeReport, PeakReport } from './peak.ts';
import type { Report } from './report.ts';
import { formatCount } from './table.ts';

/** Tensors that are named; the others are counted. */
const NAMED = 3;

/** What bounds the arena and what would lower it, as people read it; nothing where there is none. */
export function describeMemory({ peak }: Pick<Report, 'peak'>): string[] {
  if (peak.tensors.length === 0) return [];
  return [
    `peak  ${formatSize(peak.bytes)} ${describePlace(peak)}: ${describeTensors(peak).join(', ')}`,
    ...peak.changes.map((change) => `      ${describeChange(change)}`),
  ];
}

/** The layers that are computed where the arena is fullest. */
export function describePlace({ layers }: Pick<PeakReport, 'layers'>): string {
  const [first, last] = [layers[0], layers.at(-1)];
  if (first === undefined) return 'outside of all layers';
  return first === last ? `at layer ${first}` : `at layers ${first} to ${last}, row by row`;
}

/** What is alive there, a phrase each: the largest, and how much else. */
export function describeTensors({ tensors }: Pick<PeakReport, 'tensors'>): string[] {
  const others = tensors.slice(NAMED);
  const rest = others.reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    ...tensors.slice(0, NAMED).map(({ tensor, bytes, ring }) => {
      const rows = ring === null ? '' : ` (${ring} ${ring === 1 ? 'row' : 'rows'})`;
      return `"${shorten(tensor)}"${rows} ${formatSize(bytes)}`;
    }),
    ...(others.length > 0 ? [`${others.length} more ${formatSize(rest)}`] : []),
  ];
}

function describeChange({ change, name, saves, cycles }: ChangeReport): string {
  const less = `${formatSize(saves)} less`;
  if (change === 'plan') return `${less} with ${name}, ${formatCount(cycles!)} cycles more`;
  return `${less} with half of "${shorten(name)}"`;
}
