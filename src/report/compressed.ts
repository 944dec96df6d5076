import { formatSize } from '../support/bytes.ts';
import type { LayerReport, Report } from './report.ts';
import { formatCount } from './table.ts';

/** What compressed weights gain, as people read it, a line a layer; nothing for nothing. */
export function describeCompressed({ layers, saved }: Pick<Report, 'layers' | 'saved'>): string[] {
  const compressed = layers.filter(({ dense }) => dense !== null);
  if (compressed.length === 0) return [];
  return [
    `compressed weights save ${formatSize(saved.flash)} of flash and ${formatCount(saved.cycles)} cycles:`,
    ...compressed.map((layer) => `  ${layer.index} ${layer.op}: ${describeLayer(layer)}`),
    '',
  ];
}

function describeLayer({ zeros, encoding, cycles, macs, weightBytes, dense }: LayerReport): string {
  const perMac = (count: number) => (count / macs).toFixed(2);
  return [
    `${(100 * (zeros ?? 0)).toFixed(0)} % zeros: ${encoding}`,
    `${perMac(cycles.predicted)} cycles a MAC instead of ${perMac(dense!.cycles)}`,
    `${formatCount(weightBytes)} B instead of ${formatCount(dense!.weightBytes)}`,
  ].join(', ');
}
