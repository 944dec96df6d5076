import { formatSize } from '../../support/bytes.ts';
import { escapeXml } from '../../support/xml.ts';
import { drawMemory } from '../memory-picture.ts';
import { describeMemory } from '../memory.ts';
import type { Report } from '../report.ts';
import { element } from '../svg.ts';
import { formatCount } from '../table.ts';
import { layerTable } from './layers.ts';
import { flashParts, partsBar, ramParts } from './parts.ts';
import { plansTable } from './plans.ts';

const STYLE = `
body { font: 14px/1.45 system-ui, sans-serif; color: #222; background: #fff; margin: 2em auto; max-width: 1280px; padding: 0 1em; }
h1 { font-size: 1.5em; margin-bottom: 0; } h2 { font-size: 1.15em; margin: 2em 0 .5em; border-bottom: 1px solid #ddd; }
.no { color: #b3261e; font-weight: bold; } .yes { color: #1b6e3c; font-weight: bold; }
table { border-collapse: collapse; } th, td { padding: 3px 10px 3px 0; text-align: left; vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td:has(.bar) { min-width: 90px; }
tbody tr:nth-child(odd) { background: #f6f7f9; }
.bar { display: block; height: 5px; margin-top: 2px; margin-left: auto; }
.parts { display: flex; height: 30px; border: 1px solid #888; } .parts span { overflow: hidden; white-space: nowrap; font-size: 11px; line-height: 30px; text-indent: 3px; }
.scroll { overflow-x: auto; margin: 0; } .line, .parts { margin: 0; } details summary { cursor: pointer; color: #555; } details ul { margin: .2em 0; padding-left: 1.2em; max-width: 60em; }
`;

/**
 * The report as one HTML page: it loads nothing, runs nothing, and holds no dates or paths, so that
 * the same program gives the same bytes.
 */
export function htmlPage(report: Report): string {
  const title = `${report.model} on ${report.board ?? 'any target'}`;
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width">',
    element('title', {}, escapeXml(title)),
    `<style>${STYLE}</style></head><body>`,
    element('h1', {}, escapeXml(title)),
    ...headOf(report),
    ...section('Flash by part', partsBar(flashParts(report), report.flash.limit)),
    ...section('RAM by part', partsBar(ramParts(report), report.ram.limit)),
    ...section('Memory over time', [
      element('figure', { class: 'scroll' }, drawMemory(report)),
      ...describeMemory(report).map((line) => element('p', { class: 'line' }, escapeXml(line))),
    ]),
    ...section('Layers', layerTable(report.layers)),
    ...(report.trade.length > 1 ? section('Plans', plansTable(report.trade)) : []),
    '</body></html>',
    '',
  ].join('\n');
}

function headOf({ fits, basis, flash, ram, layers, macs }: Report): string[] {
  const cycles = layers.reduce((sum, layer) => sum + layer.cycles.predicted, 0);
  const verdict = element('span', { class: fits ? 'yes' : 'no' }, fits ? 'fits' : 'does not fit');
  const facts = [
    `flash ${formatSize(flash.total)}`,
    `RAM ${formatSize(ram.total)}`,
    `${formatCount(macs)} MACs`,
    `${formatCount(cycles)} cycles predicted`,
    `sizes ${basis}`,
  ];
  return [element('p', {}, verdict, ` · ${facts.map(escapeXml).join(' · ')}`)];
}

function section(title: string, content: readonly string[]): string[] {
  return [element('h2', {}, title), ...content];
}
