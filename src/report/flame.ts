import { escapeXml } from '../support/xml.ts';

/** A function on a stack, with the instructions of itself and all that it called. */
export interface Frame {
  readonly name: string;
  total: number;
  readonly children: Map<string, Frame>;
}

/** Collapsed stacks ("a;b;c count", one a line, in any order) as a tree. */
export function readStacks(text: string): Frame {
  const root: Frame = { name: 'all', total: 0, children: new Map() };
  for (const line of text.split('\n')) {
    const match = /^(.+) (\d+)$/.exec(line.trim());
    if (!match) continue;
    const count = Number(match[2]);
    let frame = root;
    frame.total += count;
    for (const part of match[1]!.split(';')) {
      const name = functionName(part);
      const child = frame.children.get(name) ?? {
        name,
        total: 0,
        children: new Map<string, Frame>(),
      };
      frame.children.set(name, child);
      child.total += count;
      frame = child;
    }
  }
  return root;
}

/** Instructions of every function whose name `select` turns into a number: a layer's own. */
export function sumBy(
  frame: Frame,
  select: (name: string) => number | undefined,
): Map<number, number> {
  const sums = new Map<number, number>();
  const visit = ({ name, total, children }: Frame): void => {
    const key = select(name);
    if (key !== undefined) sums.set(key, (sums.get(key) ?? 0) + total);
    else children.forEach(visit);
  };
  visit(frame);
  return sums;
}

const WIDTH = 1200;
const ROW = 18;

/** The tree as a flame graph: width is instructions, the caller stands below its callees. */
export function formatFlameGraph(title: string, root: Frame): string {
  const height = (depthOf(root) + 2) * ROW;
  const boxes: string[] = [];
  draw(root, { left: 0, bottom: height, scale: WIDTH / Math.max(1, root.total) }, boxes);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="monospace" font-size="11">`,
    `<text x="4" y="12">${escapeXml(title)}</text>`,
    ...boxes,
    '</svg>',
    '',
  ].join('\n');
}

function depthOf({ children }: Frame): number {
  return 1 + Math.max(0, ...[...children.values()].map(depthOf));
}

interface Place {
  readonly left: number;
  readonly bottom: number;
  /** Pixels for each instruction. */
  readonly scale: number;
}

// Draws a frame, and its callees above it.
function draw(frame: Frame, { left, bottom, scale }: Place, boxes: string[]): void {
  const width = frame.total * scale;
  if (width < 0.5) return;
  const [x, top] = [left.toFixed(1), bottom - ROW];
  const name = escapeXml(frame.name);
  const label =
    frame.name.length * 7 < width
      ? `<text x="${(left + 3).toFixed(1)}" y="${bottom - 5}">${name}</text>`
      : '';
  const box = `<rect x="${x}" y="${top}" width="${Math.max(0.5, width - 0.5).toFixed(1)}" height="${ROW - 1}" fill="${colourOf(frame.name)}"/>`;
  boxes.push(`<g><title>${name}: ${frame.total} instructions</title>${box}${label}</g>`);
  let at = left;
  for (const child of frame.children.values()) {
    draw(child, { left: at, bottom: top, scale }, boxes);
    at += child.total * scale;
  }
}

// A warm colour, the same for a function wherever it stands.
function colourOf(name: string): string {
  const hash = Buffer.from(name).reduce((sum, byte) => (sum * 31 + byte) % 9973, 7);
  return `hsl(${10 + (hash % 45)},85%,${62 + (hash % 13)}%)`;
}

// Renode marks a function's first block, gcc its clones.
function functionName(part: string): string {
  return part.replace(/ \(entry\)$/, '').replace(/\.(constprop|isra|part)\.\d+$/, '');
}
