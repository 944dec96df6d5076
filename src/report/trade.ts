import { formatSize } from '../support/bytes.ts';
import type { OfferReport, Report } from './report.ts';
import { formatCount, formatTable } from './table.ts';

const ENDS = { speed: 'fastest', flash: 'least flash', ram: 'least RAM' } as const;

/** Plans beside the one taken, as people read them, a line a plan; nothing where there is no other. */
export function describeTrade({ trade }: Pick<Report, 'trade'>): string[] {
  if (trade.length < 2) return [];
  return [
    ...formatTable([
      ['cycles', 'flash', 'RAM', 'plan'],
      ...trade.map((offer) => [
        formatCount(offer.cycles),
        formatSize(offer.flash),
        formatSize(offer.ram),
        wordsOf(offer).join(', '),
      ]),
    ]),
    '',
  ];
}

/** What is to be said of a plan: whether it was taken, what it is best at, whether it fits. */
export function wordsOf({ taken, fits, best }: OfferReport): string[] {
  return [
    ...(taken ? ['taken'] : []),
    ...best.map((figure) => ENDS[figure]),
    ...(fits ? [] : ['does not fit']),
  ];
}
