import { scaleBand, scaleLinear } from 'd3-scale';
import type { ScaleBand, ScaleLinear } from 'd3-scale';
import { formatSize } from '../support/bytes.ts';
import { shorten } from '../support/identifiers.ts';
import { escapeXml } from '../support/xml.ts';
import { describePlace } from './memory.ts';
import type { PlanReport, Report } from './report.ts';
import { element } from './svg.ts';

/** A memory with what lies in it, and where it is drawn. */
interface Panel {
  readonly region: string;
  readonly bytes: number;
  readonly buffers: readonly PlanReport[];
  /** Addresses in KB to pixels, upwards. */
  readonly address: ScaleLinear<number, number>;
}

type Drawn = Pick<Report, 'model' | 'board' | 'ram' | 'plan' | 'peak' | 'layers'>;

const [LEFT, TOP, RIGHT, GAP] = [64, 76, 24, 30];
/** Pixels of all memories together, of each at least, and of a layer's column. */
const [HEIGHT, LEAST_HEIGHT] = [380, 36];
const [LEAST_COLUMN, MOST_COLUMN, COLUMNS_WIDTH, LEAST_WIDTH] = [2, 44, 1100, 460];
/** Below the memories: names of layers, written upwards. */
const [NAMES_HEIGHT, NAME_LENGTH] = [124, 20];
const [LETTER, LINE] = [6, 12];
const COLOURS = ['#8ecae6', '#a8dadc', '#b5c7ed', '#95d5b2', '#d0bdf4', '#f6d28b'];
const [SCRATCH, PEAK, INK] = ['#c9ccd1', '#e4572e', '#222'];

const SHARING = 'boxes that overlap: an output takes the place of rows that nobody needs any more';

/**
 * The plan as a picture (SVG): address over time, a panel for each memory, tensors as boxes, rings of
 * rows hatched, the layers at which the arena is fullest marked.
 */
export function drawMemory(report: Drawn): string {
  const { plan, peak } = report;
  const steps = Math.max(0, ...plan.map(({ last }) => last));
  const columns = Array.from({ length: steps + 2 }, (_, i) => i - 1);
  const column = clamp(COLUMNS_WIDTH / columns.length, LEAST_COLUMN, MOST_COLUMN);
  const width = Math.max(LEAST_WIDTH, column * columns.length);
  const time = scaleBand(columns, [LEFT, LEFT + width]);
  const panels = panelsOf(report);
  const bottom = TOP + panels.reduce((sum, { address }) => sum + heightOf(address) + GAP, 0) - GAP;
  const marked = peak.layers.length > 0 ? [drawPeak(report, time, bottom)] : [];
  return [
    element(
      'svg',
      {
        ...{ xmlns: 'http://www.w3.org/2000/svg', width: LEFT + width + RIGHT },
        ...{ height: bottom + NAMES_HEIGHT, 'font-family': 'sans-serif', 'font-size': 10 },
      },
      ...['\n', HATCH, '\n', element('rect', { width: '100%', height: '100%', fill: '#fff' })],
      ...lines(drawHead(report)),
      ...lines(panels.flatMap((panel) => drawPanel(panel, time))),
      ...lines([...marked, ...drawNames(report, time, bottom)]),
      '\n',
    ),
    '',
  ].join('\n');
}

const HATCH = element(
  'defs',
  {},
  element(
    'pattern',
    { id: 'ring', width: 6, height: 6, patternUnits: 'userSpaceOnUse' },
    element('path', { d: 'M0 6L6 0M-1 1L1 -1M5 7L7 5', stroke: INK, 'stroke-opacity': '0.45' }),
  ),
);

// Heights in proportion to their bytes, one below the other.
function panelsOf({ ram, plan }: Drawn): Panel[] {
  const regions = [
    ...ram.arenas.map(({ memory, bytes }) => ({ region: memory, bytes })),
    ...(ram.state > 0 ? [{ region: 'states', bytes: ram.state }] : []),
  ];
  const all = regions.reduce((sum, { bytes }) => sum + bytes, 0);
  let top = TOP;
  return regions.map(({ region, bytes }) => {
    const height = Math.max(LEAST_HEIGHT, (HEIGHT * bytes) / Math.max(1, all));
    const address = scaleLinear([0, Math.max(1, bytes) / 1024], [top + height, top]);
    top += height + GAP;
    const buffers = plan.filter((buffer) => buffer.region === region);
    return { region, bytes, buffers, address };
  });
}

function drawHead({ model, board, ram, peak, plan }: Drawn): string[] {
  const bounds = `arena ${formatSize(ram.arena)}, lower bound ${formatSize(ram.lowerBound)}`;
  const place = peak.tensors.length > 0 ? `, fullest ${describePlace(peak)}` : '';
  const legend: [string, string][] = [
    ['tensor', COLOURS[0]!],
    ['ring of rows', 'url(#ring)'],
    ['working memory', SCRATCH],
  ];
  const sharing = plan.some((a) => plan.some((b) => a !== b && overlap(a, b)));
  return [
    text(LEFT, 20, `${model}${board === null ? '' : ` on ${board}`}`, { 'font-size': 14 }),
    text(LEFT, 36, `${bounds}${place}`),
    ...legend.flatMap(([label, fill], i) => [
      element('rect', {
        ...{ x: LEFT + i * 110, y: 43, width: 12, height: 10 },
        ...{ fill, stroke: INK, 'stroke-width': '0.5' },
      }),
      text(LEFT + 17 + i * 110, 52, label),
    ]),
    ...(sharing ? [text(LEFT + legend.length * 110 + 20, 52, SHARING)] : []),
  ];
}

function overlap(a: PlanReport, b: PlanReport): boolean {
  const inTime = a.first <= b.last && b.first <= a.last;
  const inSpace = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
  return inTime && inSpace && a.region === b.region;
}

function drawPeak({ peak }: Drawn, time: ScaleBand<number>, bottom: number): string {
  const [x, end] = [time(peak.layers[0]!)!, time(peak.layers.at(-1)!)! + time.bandwidth()];
  return element('rect', {
    ...{ x, y: TOP - 4, width: end - x, height: bottom - TOP + 8 },
    ...{ fill: PEAK, 'fill-opacity': '0.08', stroke: PEAK, 'stroke-width': '1.5' },
  });
}

function drawPanel({ region, bytes, buffers, address }: Panel, time: ScaleBand<number>): string[] {
  const [low, high] = [address.range()[0]!, address.range()[1]!];
  const [left, right] = [time.range()[0], time.range()[1]];
  const boxes = [...buffers]
    .sort((a, b) => b.bytes - a.bytes)
    .map((buffer) => [buffer, boxOf(buffer, address, time)] as const);
  const ticks = address.ticks(Math.max(1, Math.floor((low - high) / 40)));
  return [
    text(left, high - 7, `${region}: ${formatSize(bytes)}`, { 'font-weight': 'bold' }),
    ...ticks.flatMap((kilobytes) => [
      element('line', {
        ...{ x1: left - 4, x2: right, y1: address(kilobytes), y2: address(kilobytes) },
        ...{ stroke: INK, 'stroke-opacity': '0.15' },
      }),
      text(left - 7, address(kilobytes) + 3, `${kilobytes} KB`, { 'text-anchor': 'end' }),
    ]),
    ...boxes.map(([buffer, box]) => drawBox(buffer, box)),
    ...boxes.flatMap(([buffer, box]) => drawLabel(buffer, box)),
    element('rect', {
      ...{ x: left, y: high, width: right - left, height: low - high },
      ...{ fill: 'none', stroke: INK, 'stroke-width': '0.8' },
    }),
  ];
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function boxOf(
  { offset, bytes, first, last }: PlanReport,
  address: Panel['address'],
  time: ScaleBand<number>,
): Box {
  const x = time(first)!;
  const y = address((offset + bytes) / 1024);
  return { x, y, width: time(last)! + time.bandwidth() - x, height: address(offset / 1024) - y };
}

function drawBox({ tensor, offset, bytes, first, last, ring, scratch }: PlanReport, box: Box) {
  const fill = scratch ? SCRATCH : COLOURS[Math.max(0, first + 1) % COLOURS.length]!;
  const rows = ring === null ? '' : `, a ring of ${ring} rows`;
  const steps = first === last ? `step ${first}` : `steps ${first} to ${last}`;
  return element(
    'g',
    {},
    element('title', {}, escapeXml(`${tensor}: ${bytes} bytes at ${offset}${rows}, ${steps}`)),
    element('rect', { ...box, fill, 'fill-opacity': '0.85', stroke: INK, 'stroke-width': '0.5' }),
    ...(ring === null ? [] : [element('rect', { ...box, fill: 'url(#ring)' })]),
  );
}

// The end of a tensor's name, which tells most, and its size below; upwards where the box is narrow.
function drawLabel({ tensor: name, bytes, scratch }: PlanReport, { x, y, width, height }: Box) {
  const upwards = width < height && width < 6 * LETTER;
  const [along, across] = upwards ? [height, width] : [width, height];
  const letters = Math.floor((along - 4) / LETTER);
  if (scratch || letters < 4 || across < LINE) return [];
  const size = formatSize(bytes);
  const written = [
    name.length <= letters ? name : `…${name.slice(1 - letters)}`,
    ...(across >= 2 * LINE && size.length <= letters ? [size] : []),
  ];
  const [middle, centre] = [x + width / 2, y + height / 2];
  const turn = { transform: `rotate(-90 ${middle.toFixed(1)} ${centre.toFixed(1)})` };
  const first = centre + 3.5 - (LINE / 2) * (written.length - 1);
  return written.map((words, i) =>
    text(middle, first + i * LINE, words, { 'text-anchor': 'middle', ...(upwards && turn) }),
  );
}

function drawNames({ layers }: Drawn, time: ScaleBand<number>, bottom: number): string[] {
  const every = Math.ceil(12 / time.bandwidth());
  const steps = time.domain();
  const names = new Map(layers.map(({ index, op }) => [index, `${index} ${op}`]));
  return steps.flatMap((step, i) => {
    const end = step === -1 ? 'before' : step === steps.at(-1) ? 'after' : undefined;
    const name = end ?? names.get(step);
    if (name === undefined || (end === undefined && i % every !== 0)) return [];
    const [x, y] = [time(step)! + time.bandwidth() / 2 + 3.5, bottom + 8];
    return [
      text(x, y, shorten(name).slice(0, NAME_LENGTH), {
        ...{ 'text-anchor': 'end', transform: `rotate(-90 ${x.toFixed(1)} ${y.toFixed(1)})` },
      }),
    ];
  });
}

function text(x: number, y: number, words: string, more: Record<string, string | number> = {}) {
  return element('text', { x, y, fill: INK, ...more }, escapeXml(words));
}

function lines(elements: readonly string[]): string[] {
  return elements.map((each) => `\n${each}`);
}

function heightOf(address: ScaleLinear<number, number>): number {
  return address.range()[0]! - address.range()[1]!;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
