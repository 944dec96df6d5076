import { typedNodes } from '../../src/ir/graph.ts';
import { cyclesOf, workOf } from '../../src/lower/cycles.ts';
import { waysOf } from '../../src/lower/lower.ts';
import type { Way } from '../../src/lower/lower.ts';
import { opOf } from '../../src/ops/index.ts';
import { formatCount } from '../../src/report/table.ts';
import type { Board } from '../../src/target/board.ts';
import { targetOf } from '../../src/target/target.ts';
import { graphOfCases } from '../../test/support/cases.ts';
import { measureLayers } from '../costs/measure.ts';
import type { Measured } from '../costs/measure.ts';
import { madeLayers } from './made-layers.ts';
import type { MadeLayer } from './made-layers.ts';

const SHARES = [0.45, 0.8, 0.9];

/**
 * A row for each layer: the fastest dense kernel, and every compressed one. Cycles of a Cortex-M4 by the
 * program `mcycles`, instructions where it is left out.
 */
export async function layerRows(board: Board, mcycles?: string): Promise<string[]> {
  const layers = madeLayers(SHARES).map((layer) => ({ layer, ...waysTo(layer, board) }));
  const measured = await measureLayers(
    layers.flatMap(({ layer: { title, made }, ways }) =>
      ways.map(({ name, cost }) => ({
        ...{ name: title, made, candidate: name, work: workOf(cost!) },
      })),
    ),
    board,
    mcycles,
  );
  let next = 0;
  return layers.map(({ layer, ways, macs }) => {
    const cycles = ways.map(() => costOf(measured[next++]!) / macs);
    return rowOf(layer, ways, cycles);
  });
}

function costOf({ cycles, instructions }: Measured): number {
  return cycles ?? instructions;
}

// The fastest dense way first, as predicted, then all compressed ones.
function waysTo({ made }: MadeLayer, board: Board): { ways: Way[]; macs: number } {
  const [node] = typedNodes(graphOfCases([made]));
  const ways = waysOf(node!, targetOf(board)).filter(({ cost }) => cost);
  const predicted = ({ name, cost }: Way) => cyclesOf(name, workOf(cost!), board.cpu);
  const dense = ways
    .filter(({ format }) => !format?.compressed)
    .reduce((a, b) => (predicted(b) < predicted(a) ? b : a));
  const compressed = ways.filter(({ format }) => format?.compressed);
  return { ways: [dense, ...compressed], macs: opOf(node!.op).macs!(node!) };
}

function rowOf({ title, weights }: MadeLayer, ways: readonly Way[], perMac: readonly number[]) {
  const least = perMac.indexOf(Math.min(...perMac));
  const others = ways.flatMap(({ format }, i) =>
    i === 0 || i === least ? [] : [`${format!.name} ${perMac[i]!.toFixed(2)}`],
  );
  const cells = [
    title,
    weights,
    perMac[0]!.toFixed(2),
    perMac[least]!.toFixed(2),
    ways[least]!.format!.name,
    others.join(', '),
    formatCount(ways[0]!.cost!.constantBytes),
    formatCount(ways[least]!.cost!.constantBytes),
  ];
  return `| ${cells.join(' | ')} |`;
}
