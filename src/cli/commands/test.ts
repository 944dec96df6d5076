import { appendFile, writeFile } from 'node:fs/promises';
import { Interpreter } from '../../interpret/interpret.ts';
import { formatJUnit } from '../../report/junit.ts';
import { CompileError } from '../../support/diagnostics.ts';
import type { Diagnostic } from '../../support/diagnostics.ts';
import { testModel } from '../../workflow/test-model.ts';
import type { TestResult } from '../../workflow/test-model.ts';
import type { Verdict } from '../../verify/compare.ts';
import { makeVectors, readVectors } from '../../workflow/vectors.ts';
import type { Vector } from '../../workflow/vectors.ts';
import type { LoadedModel } from '../../workflow/load-model.ts';
import { choiceOption, numberOption } from '../context.ts';
import type { Context } from '../context.ts';
import { openModel } from '../model-options.ts';
import type { ModelOptions } from '../model-options.ts';
import { PLACES } from './run.ts';

/** Where vectors come from: a folder, or a seed. */
export interface VectorOptions {
  readonly inputs?: string;
  readonly seed: string;
  readonly count: string;
}

export interface TestOptions extends ModelOptions, VectorOptions {
  readonly board?: string;
  readonly on: string;
  readonly timeout?: string;
}

/** `thimble test`: many vectors in one boot, each compared byte for byte. */
export async function testCommand(
  file: string,
  options: TestOptions,
  context: Context,
): Promise<void> {
  const where = choiceOption('--on', options.on, PLACES);
  const board = context.board(options.board);
  const model = await openModel(file, options);
  const vectors = await chooseVectors(model, options);
  const started = performance.now();
  const timeoutMs = context.timeoutMs(options.timeout);
  const result = await testModel({
    model,
    ...(board && { board }),
    where,
    vectors,
    timeoutMs,
    signal: context.signal,
  });
  const seconds = (performance.now() - started) / 1000;
  const place = placeOf(where, board?.name, result);
  if (context.options.junit)
    await writeFile(context.options.junit, formatJUnit(model.name, casesOf(place, result)));
  const text = describe(model.name, place, vectors, result);
  context.output.result(text, {
    model: model.name,
    where,
    board: board?.name ?? null,
    standIn: result.execution?.standIn ?? null,
    passed: result.passed,
    vectors: vectors.length,
    verdicts: result.verdicts,
    diverging: result.diverging ?? null,
  });
  context.output.detail(`${seconds.toFixed(1)} s`);
  if (process.env.GITHUB_STEP_SUMMARY)
    await appendFile(process.env.GITHUB_STEP_SUMMARY, `### ${text}\n`);
  if (!result.passed) throw new CompileError(mismatches(model.name, place, result), 'answer-is-no');
}

export async function chooseVectors(model: LoadedModel, options: VectorOptions): Promise<Vector[]> {
  const { inputBytes, outputBytes } = new Interpreter(model.graph);
  if (options.inputs !== undefined) return readVectors(options.inputs, inputBytes, outputBytes);
  const count = numberOption('--count', options.count, 1);
  return makeVectors(model.graph, numberOption('--seed', options.seed, 0), count);
}

function placeOf(where: string, board: string | undefined, { execution }: TestResult): string {
  if (where === 'reference' || where === 'host') return board ? `${where} for ${board}` : where;
  return execution?.standIn
    ? `${where} for ${board} (relinked for ${execution.standIn})`
    : `${where} ${board}`;
}

function describe(
  model: string,
  place: string,
  vectors: readonly Vector[],
  { verdicts, passed }: TestResult,
): string {
  const files = verdicts.filter(({ against }) => against === 'file').length;
  const failed = new Set(
    verdicts.filter(({ difference }) => difference).map(({ vector }) => vector),
  ).size;
  const also = files > 0 ? ` and with ${files} given outputs` : '';
  return passed
    ? `${model} on ${place}: ${vectors.length} vectors, every byte equal to the reference${also}`
    : `${model} on ${place}: ${failed} of ${vectors.length} vectors differ`;
}

function mismatches(
  model: string,
  place: string,
  { verdicts, diverging }: TestResult,
): Diagnostic[] {
  return verdicts.flatMap(({ vector, against, difference }) => {
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
}

function casesOf(place: string, { verdicts, diverging }: TestResult) {
  const failureOf = ({ vector, difference }: Verdict) =>
    difference &&
    `byte ${difference.byte} is ${difference.got}, expected ${difference.expected}${diverging?.vector === vector ? `; first diverging layer ${diverging.step} ${diverging.op} "${diverging.name}"` : ''}`;
  return verdicts.map((verdict) => {
    const failure = failureOf(verdict);
    return {
      suite: place,
      name: `${verdict.vector} against ${verdict.against}`,
      ...(failure && { failure }),
    };
  });
}
