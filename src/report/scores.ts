import { formatTable } from './table.ts';

/** A class with its score: what the output stands for. */
export interface Score {
  readonly label: string;
  readonly index: number;
  readonly score: number;
}

const SHOWN = 5;

/** The classes of an output, the highest score first; as in the output where scores are equal. */
export function rankScores(values: ArrayLike<number>, labels: readonly string[]): Score[] {
  return Array.from(values, (score, index) => ({ label: labels[index]!, index, score })).sort(
    (a, b) => b.score - a.score,
  );
}

/** The best of them as people read them. */
export function formatScores(scores: readonly Score[]): string[] {
  const rows = scores.slice(0, SHOWN).map(({ label, score }) => [label, formatScore(score)]);
  return formatTable([['label', 'score'], ...rows]);
}

/** A score with four digits. */
export function formatScore(score: number): string {
  return Number.isInteger(score) ? String(score) : score.toPrecision(4);
}
