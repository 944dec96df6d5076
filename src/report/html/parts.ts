import { formatSize } from '../../support/bytes.ts';
import { shorten } from '../../support/identifiers.ts';
import { escapeXml } from '../../support/xml.ts';
import type { Report } from '../report.ts';
import { element } from '../svg.ts';

/** A share of a memory. */
export interface Part {
  readonly name: string;
  readonly bytes: number;
}

/** Layers that are shown by themselves; the weights of the others are one part. */
const SHOWN = 24;
const COLOURS = ['#8ecae6', '#a8dadc', '#b5c7ed', '#95d5b2', '#d0bdf4', '#f6d28b'];
/** Percent of the bar at which a part has room for its name. */
const LEAST_LABELLED = 6;

/** What lies in flash: the weights of each layer, in order, and code. */
export function flashParts({ layers, flash }: Pick<Report, 'layers' | 'flash'>): Part[] {
  const least = [...layers].sort((a, b) => b.weightBytes - a.weightBytes)[SHOWN]?.weightBytes ?? 0;
  const shown = layers.filter(({ weightBytes }) => weightBytes > least);
  const named = shown.map(({ index, op, name, weightBytes }) => ({
    name: `${index} ${op} (${shorten(name)})`,
    bytes: weightBytes,
  }));
  const rest = flash.weights - named.reduce((sum, { bytes }) => sum + bytes, 0);
  return [...named, { name: 'other weights', bytes: rest }, { name: 'code', bytes: flash.code }];
}

/** What lies in RAM: each memory's arena, states, what else the program has, the deepest stack. */
export function ramParts({ ram }: Pick<Report, 'ram'>): Part[] {
  return [
    ...ram.arenas.map(({ memory, bytes }) => ({ name: `arena in ${memory}`, bytes })),
    { name: 'states', bytes: ram.state },
    { name: 'other', bytes: ram.other },
    { name: 'stack', bytes: ram.stack },
  ];
}

/** Parts as shares of what is used, and as a list; `limit` is the memory's size in bytes, null where there is none. */
export function partsBar(parts: readonly Part[], limit: number | null): string[] {
  const some = parts.filter(({ bytes }) => bytes > 0);
  const used = some.reduce((sum, { bytes }) => sum + bytes, 0);
  const boxes = some.map(({ name, bytes }, i) => {
    const share = (100 * bytes) / used;
    const style = `width:${share.toFixed(3)}%;background:${COLOURS[i % COLOURS.length]!}`;
    const label = share > LEAST_LABELLED ? escapeXml(`${name}: ${formatSize(bytes)}`) : '';
    return element('span', { style, title: `${name}: ${bytes} bytes` }, label);
  });
  const of =
    limit === null ? '' : ` of ${formatSize(limit)}, ${((100 * used) / limit).toFixed(1)}%`;
  const listed = some.map(({ name, bytes }) =>
    element('li', {}, escapeXml(`${name}: ${formatSize(bytes)}`)),
  );
  return [
    element('p', { class: 'parts' }, ...boxes),
    element(
      'details',
      {},
      element('summary', {}, `${formatSize(used)}${of}`),
      element('ul', {}, ...listed),
    ),
  ];
}
