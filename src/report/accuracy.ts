import type { Accuracy, Answer } from '../verify/accuracy.ts';
import type { OutputDifference } from '../verify/output-difference.ts';
import { formatScore } from './scores.ts';
import { formatTable } from './table.ts';

/** With more classes than these a table is too wide: what is mistaken most is listed instead. */
const MOST_COLUMNS = 12;
const MOST_LISTED = 10;

/** What was measured as people read it. `models`: their names; `names`: those of the classes. */
export function formatAccuracy(
  accuracy: Accuracy,
  models: readonly string[],
  names: readonly string[],
): string[] {
  const { samples, labelled, correct, agreeing, outputs } = accuracy;
  const top1 = models.map((model, i) => `${model} top-1 ${share(correct[i]!, labelled)}`);
  return [
    `${models.join(' and ')} on ${samples} inputs, ${labelled} of them labelled`,
    ...(labelled > 0 ? top1 : []),
    ...(agreeing === null ? [] : [`top-1 agreement ${share(agreeing, samples)}`]),
    ...section('', formatDifferences(outputs)),
    ...section(describeSides(accuracy, models), formatConfusion(accuracy, names)),
    ...section('worst inputs', formatWorst(accuracy.worst, models, names)),
  ];
}

/** What quantization did to the outputs, in a table, and to the classes. */
export function formatOutputs({ samples, agreeing, outputs, worst }: Accuracy): string[] {
  return [
    ...section('', formatDifferences(outputs)),
    `top-1 agreement ${share(agreeing!, samples)}, furthest off on ${worst[0]!.name}`,
  ];
}

function share(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(2)}% (${part} of ${whole})`;
}

function formatDifferences(outputs: readonly OutputDifference[]): string[] {
  if (outputs.length === 0) return [];
  return formatTable([
    ['output', 'MAE', 'RMSE', 'largest', 'cosine'],
    ...outputs.map(({ tensor, mae, rmse, largest, cosine }) => [
      ...[tensor.slice(0, 60), mae.toPrecision(3), rmse.toPrecision(3), largest.toPrecision(3)],
      cosine.toFixed(6),
    ]),
  ]);
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...(title ? [title] : []), ...lines];
}

function describeSides({ labelled }: Accuracy, models: readonly string[]): string {
  return `confusion: rows are ${labelled > 0 ? 'the labels' : models[0]}, columns ${models.at(-1)}`;
}

function formatConfusion({ confusion }: Accuracy, names: readonly string[]): string[] {
  if (confusion.length === 0) return [];
  const used = [...new Set(confusion.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  if (used.length > MOST_COLUMNS) return formatMistakes({ confusion }, names);
  const count = (from: number, to: number) =>
    String(confusion.find((cell) => cell.from === from && cell.to === to)?.count ?? 0);
  return formatTable([
    ['', ...used.map((to) => nameOf(names, to))],
    ...used.map((from) => [nameOf(names, from), ...used.map((to) => count(from, to))]),
  ]);
}

function formatMistakes(
  { confusion }: Pick<Accuracy, 'confusion'>,
  names: readonly string[],
): string[] {
  const mistakes = confusion.filter(({ from, to }) => from !== to);
  const most = [...mistakes].sort((a, b) => b.count - a.count).slice(0, MOST_LISTED);
  if (most.length === 0) return ['no class was taken for another'];
  return formatTable([
    ['class', 'taken for', 'inputs'],
    ...most.map(({ from, to, count }) => [nameOf(names, from), nameOf(names, to), String(count)]),
  ]);
}

function formatWorst(
  worst: readonly Answer[],
  models: readonly string[],
  names: readonly string[],
): string[] {
  if (worst.length === 0) return [];
  const labelled = worst.some(({ truth }) => truth !== undefined);
  return formatTable([
    ['input', 'RMSE', ...models, ...(labelled ? ['label'] : [])].filter(
      (_, i) => i !== 1 || models.length > 1,
    ),
    ...worst.map(({ name, rmse, classes, truth }) => [
      name,
      ...(models.length > 1 ? [rmse!.toPrecision(3)] : []),
      ...classes.map(({ index, score }) => `${nameOf(names, index)} ${formatScore(score)}`),
      ...(labelled ? [truth === undefined ? '' : nameOf(names, truth)] : []),
    ]),
  ]);
}

function nameOf(names: readonly string[], index: number): string {
  return names[index] ?? String(index);
}
