import type { Diagnostic } from '../support/diagnostics.ts';
import { shorten } from '../support/identifiers.ts';
import { markdownCell } from '../support/printable.ts';
import type { Verdict } from '../verify/compare.ts';
import type { TestResult } from '../workflow/test-model.ts';
import type { Vector } from '../workflow/vectors.ts';

/** The verdict in a sentence. */
export function describe(
  model: string,
  place: string,
  vectors: readonly Vector[],
  { verdicts, passed, diverging }: TestResult,
): string {
  const files = verdicts.filter(({ against }) => against === 'file').length;
  const failed = new Set(
    verdicts.filter(({ difference }) => difference).map(({ vector }) => vector),
  ).size;
  if (diverging && failed === 0)
    return `${model} on ${place}: the outputs are equal, layer ${diverging.step} ${diverging.op} differs`;
  const also = files > 0 ? ` and with ${files} given outputs` : '';
  return passed
    ? `${model} on ${place}: ${vectors.length} vectors, every byte equal to the reference${also}`
    : `${model} on ${place}: ${failed} of ${vectors.length} vectors differ`;
}

/** What differs, vector by vector. */
export function mismatches(
  model: string,
  place: string,
  { verdicts, diverging }: TestResult,
): Diagnostic[] {
  // A layer that went wrong where the outputs did not: no vector's problem tells of it.
  const told = verdicts.some(({ difference, against }) => difference && against === 'reference');
  const hidden = diverging && !told ? [diverging] : [];
  const layers = hidden.map(({ vector, step, op, name }) => ({
    code: 'output-differs',
    message: `vector ${vector}: layer ${step} ${op} "${shorten(name)}" differs from the reference, though the model's outputs do not`,
    where: `${model} on ${place}`,
    hint: 'report this: a kernel is wrong',
  }));
  const outputs = verdicts.flatMap(({ vector, against, difference }) => {
    if (!difference) return [];
    const { byte, got, expected, count } = difference;
    const first = diverging?.vector === vector && against === 'reference';
    return [
      {
        code: 'output-differs',
        message: `vector ${vector}: ${count} bytes differ from the ${against === 'file' ? 'given output' : 'reference'}, first byte ${byte} is ${got}, expected ${expected}`,
        where: `${model} on ${place}`,
        ...(first && {
          notes: [
            `the first layer that differs is ${diverging.step} ${diverging.op} "${diverging.name}"`,
          ],
        }),
        hint:
          against === 'file'
            ? 'the given output may come from kernels that round otherwise'
            : 'report this: a kernel is wrong',
      },
    ];
  });
  return [...layers, ...outputs];
}

/** The cases of a JUnit report: vectors, and layers where they were traced. */
export function casesOf(place: string, { verdicts, diverging, layers }: TestResult) {
  const failureOf = ({ vector, difference }: Verdict) =>
    difference &&
    `byte ${difference.byte} is ${difference.got}, expected ${difference.expected}${diverging?.vector === vector ? `; first diverging layer ${diverging.step} ${diverging.op} "${diverging.name}"` : ''}`;
  const vectors = verdicts.map((verdict) => {
    const failure = failureOf(verdict);
    return {
      suite: place,
      name: `${verdict.vector} against ${verdict.against}`,
      ...(failure && { failure }),
    };
  });
  const traced = (layers ?? []).map(({ step, op, name, equal }) => ({
    suite: `${place}, layers`,
    name: `${step} ${op} ${shorten(name)}`,
    ...(!equal && { failure: 'its output differs from the reference' }),
  }));
  return [...vectors, ...traced];
}

/** A line for each vector. */
export function verdictLines({ verdicts }: TestResult): string[] {
  return verdicts.map(({ vector, against, difference }) =>
    difference
      ? `differs  ${vector} against ${against}: byte ${difference.byte} is ${difference.got}, expected ${difference.expected}`
      : `equal    ${vector} against ${against}`,
  );
}

/** The summary page of a GitHub job, with the vectors that failed. */
export function formatSummary([verdict, ...more]: readonly string[], result: TestResult): string {
  const failed = result.verdicts.filter(({ difference }) => difference);
  const rows = failed.map(
    (v) =>
      `| ${markdownCell(v.vector)} | ${v.against} | ${v.difference!.byte} | ${v.difference!.got} | ${v.difference!.expected} |`,
  );
  const table =
    rows.length > 0
      ? [
          '',
          '| vector | against | byte | got | expected |',
          '| --- | --- | ---: | ---: | ---: |',
          ...rows,
        ]
      : [];
  const layer = result.diverging
    ? ['', `The first layer that differs is ${result.diverging.step} ${result.diverging.op}.`]
    : [];
  const head = `### ${result.passed ? 'passed' : 'failed'}: ${markdownCell(verdict!)}`;
  return [head, ...more.flatMap((line) => ['', markdownCell(line)]), ...layer, ...table, ''].join(
    '\n',
  );
}
