import { formatSize } from '../../support/bytes.ts';
import type { OfferReport } from '../report.ts';
import { element } from '../svg.ts';
import { formatCount } from '../table.ts';
import { wordsOf } from '../trade.ts';

/** The plans of the trade between cycles, flash and RAM, a row each. */
export function plansTable(trade: readonly OfferReport[]): string[] {
  const heads = [
    ...['cycles', 'flash', 'RAM'].map((title) => element('th', { class: 'n' }, title)),
    element('th', {}, 'plan'),
  ];
  const rows = trade.map((offer) => {
    const figures = [formatCount(offer.cycles), formatSize(offer.flash), formatSize(offer.ram)];
    return element(
      'tr',
      {},
      ...figures.map((figure) => element('td', { class: 'n' }, figure)),
      element('td', {}, wordsOf(offer).join(', ')),
    );
  });
  const head = element('thead', {}, element('tr', {}, ...heads));
  return [element('table', {}, head, element('tbody', {}, ...rows))];
}
