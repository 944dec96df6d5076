import { shorten } from '../../support/identifiers.ts';
import { escapeXml } from '../../support/xml.ts';
import type { LayerReport } from '../report.ts';
import { element } from '../svg.ts';
import { formatCount } from '../table.ts';

/** What each layer is measured by, with the colour of its bars. */
const MEASURES: readonly {
  readonly title: string;
  readonly colour: string;
  readonly of: (layer: LayerReport) => number;
}[] = [
  { title: 'MACs', colour: '#5a9bd4', of: ({ macs }) => macs },
  { title: 'cycles', colour: '#e08a4f', of: ({ cycles }) => cycles.predicted },
  { title: 'weights (bytes)', colour: '#63b179', of: ({ weightBytes }) => weightBytes },
];

/** A row for each layer: bars of what it takes, its kernel and encoding, and why no faster ones. */
export function layerTable(layers: readonly LayerReport[]): string[] {
  const most = MEASURES.map(({ of }) => Math.max(1, ...layers.map(of)));
  const heads = [
    ...['#', 'layer', 'output'].map((title) => element('th', {}, title)),
    ...MEASURES.map(({ title }) => element('th', { class: 'n' }, title)),
    ...['kernel', 'encoding'].map((title) => element('th', {}, title)),
  ];
  return [
    '<figure class="scroll"><table><thead>',
    element('tr', {}, ...heads),
    '</thead><tbody>',
    ...layers.map((layer) => row(layer, most)),
    '</tbody></table></figure>',
  ];
}

function row(layer: LayerReport, most: readonly number[]): string {
  const { index, op, name, output } = layer;
  return element(
    'tr',
    {},
    element('td', { class: 'n' }, String(index)),
    element('td', { title: name }, escapeXml(`${op} ${shorten(name)}`)),
    element('td', {}, output.join('×')),
    ...MEASURES.map(({ colour, of }, i) => bar(of(layer), most[i]!, colour)),
    element('td', {}, escapeXml(layer.kernel), ...whyNot(layer)),
    element('td', {}, ...encodingOf(layer)),
  );
}

function bar(value: number, most: number, colour: string): string {
  const style = `width:${((100 * value) / most).toFixed(2)}%;background:${colour}`;
  const shown = value > 0 ? element('span', { class: 'bar', style }, '') : '';
  return element('td', { class: 'n' }, formatCount(value), shown);
}

function whyNot({ rejected }: LayerReport): string[] {
  if (rejected.length === 0) return [];
  const reasons = rejected.map((reason) => element('li', {}, escapeXml(reason)));
  return [
    element(
      'details',
      {},
      element('summary', {}, `why not ${reasons.length} other${reasons.length > 1 ? 's' : ''}`),
      element('ul', {}, ...reasons),
    ),
  ];
}

function encodingOf({ encoding, zeros, dense }: LayerReport): string[] {
  const percent = Math.round(100 * (zeros ?? 0));
  const share = percent === 0 ? '' : `, ${percent}% zeros`;
  const instead =
    dense &&
    `instead of ${formatCount(dense.weightBytes)} bytes and ${formatCount(dense.cycles)} cycles dense (${dense.kernel})`;
  return [
    escapeXml(encoding + share),
    ...(instead === null ? [] : [element('p', { class: 'line' }, escapeXml(instead))]),
  ];
}
