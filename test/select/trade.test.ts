import { describe, expect, it } from 'vitest';
import { lower } from '../../src/lower/lower.ts';
import { runPasses } from '../../src/passes/index.ts';
import { describeTrade } from '../../src/report/trade.ts';
import { select } from '../../src/select/select.ts';
import type { SelectOptions } from '../../src/select/select.ts';
import type { Offer } from '../../src/select/trade.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { sampleGraphs } from '../support/random-graphs.ts';
import { SEED } from '../support/seeds.ts';
import { smallNetwork } from '../support/small-model.ts';

const target = targetOf(loadBoard('mps2-an386'));
const graphs = [smallNetwork(), ...sampleGraphs(SEED, 15).map((graph) => runPasses(graph))];

const figures = ({ estimate }: Pick<Offer, 'estimate'>) => [
  estimate.cycles,
  estimate.flash.total,
  estimate.ram.total,
];
const isBeaten = (offer: Offer, by: Offer) => {
  const [own, other] = [figures(offer), figures(by)];
  return other.every((x, i) => x <= own[i]!) && other.some((x, i) => x < own[i]!);
};

describe(`the trade of random graphs (seed ${SEED})`, () => {
  it('has its ends and the plan taken, fastest first, and nothing that another one beats', () => {
    let between = 0;
    for (const graph of graphs) {
      const selection = select(lower(graph, target), target);
      const offers = selection.trade();
      expect(offers.filter(({ taken }) => taken).map(figures)).toEqual([figures(selection)]);
      expect(offers.flatMap(({ best }) => best).sort()).toEqual(['flash', 'ram', 'speed']);
      const others = offers.filter(({ taken }) => !taken);
      expect(others.filter((one) => others.some((two) => isBeaten(one, two)))).toEqual([]);
      const cycles = offers.map(({ estimate }) => estimate.cycles);
      expect(cycles).toEqual([...cycles].sort((a, b) => a - b));
      between += others.filter(({ best }) => best.length === 0).length;
    }
    expect(between).toBeGreaterThan(0);
  });

  it('has the very ends when all plans are looked at, and the plan taken stays what it is', () => {
    for (const graph of graphs) {
      const candidates = lower(graph, target);
      const of = (options: SelectOptions) => select(candidates, target, options);
      const all = of({ allPlans: true });
      const offers = all.trade();
      expect(figures(all)).toEqual(figures(of({})));
      const end = (figure: 'flash' | 'ram') =>
        offers.find(({ best }) => best.includes(figure))!.estimate[figure].total;
      for (const figure of ['flash', 'ram'] as const)
        expect(end(figure)).toBe(of({ optimize: figure }).estimate[figure].total);
    }
  });
});

it('plans beyond the target are shown as such, and the fastest that fits is taken', () => {
  const candidates = lower(smallNetwork(), target);
  const { ram } = select(candidates, target).estimate;
  const limited = { ...target, ramBytes: ram.total - 1 };
  const offers = select(candidates, limited).trade();
  expect(offers.find(({ best }) => best.includes('speed'))).toMatchObject({ fits: false });
  expect(offers.find(({ taken }) => taken)).toMatchObject({ fits: true });
  const trade = offers.map(({ estimate, ...offer }) => ({
    ...{ cycles: estimate.cycles, flash: estimate.flash.total, ram: estimate.ram.total },
    ...offer,
  }));
  const lines = describeTrade({ trade });
  expect(lines[0]).toMatch(/^ *cycles +flash +RAM +plan$/);
  expect(lines.join('\n')).toMatch(/ {2}fastest, does not fit$/m);
  expect(lines.join('\n')).toMatch(/ {2}taken\b/m);
  expect(describeTrade({ trade: trade.slice(0, 1) })).toEqual([]);
});
