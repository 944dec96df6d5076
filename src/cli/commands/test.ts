import { Interpreter } from '../../interpret/interpret.ts';
import { linkedFootprint } from '../../report/footprint.ts';
import { shorten } from '../../support/identifiers.ts';
import { CompileError } from '../../support/diagnostics.ts';
import type { Diagnostic } from '../../support/diagnostics.ts';
import { testModel } from '../../workflow/test-model.ts';
import type { TestRequest, TestResult } from '../../workflow/test-model.ts';
import type { Verdict } from '../../verify/compare.ts';
import { makeVectors, readVectors } from '../../workflow/vectors.ts';
import type { Vector } from '../../workflow/vectors.ts';
import type { LoadedModel } from '../../workflow/load-model.ts';
import { choiceOption, wholeOption } from '../context.ts';
import { applyBudget, wantsBudget } from '../budget-file.ts';
import type { Context } from '../context.ts';
import { openModel } from '../model-options.ts';
import type { ModelOptions } from '../model-options.ts';
import { PLACES } from './run.ts';

// All vectors of a run lie in memory.
const MOST_BYTES = 2 ** 30;

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
  readonly shard?: string;
  readonly reporter: string;
  readonly updateBudget?: boolean;
}

/** `thimble test`: many vectors in one boot, each compared byte for byte. */
export async function testCommand(
  file: string,
  options: TestOptions,
  context: Context,
): Promise<void> {
  const where = placeOption(options.on, context);
  const reporter = choiceOption('--reporter', options.reporter, ['summary', 'vectors', 'github']);
  const board = context.board(options.board);
  const model = await openModel(file, options);
  const vectors = shardOf(await chooseVectors(model, options), options.shard);
  const counted = (where === 'qemu' || where === 'renode') && wantsBudget(options.updateBudget);
  const result = await testModel({
    ...{ model, where, vectors, ...(board && { board }), signal: context.signal },
    timeoutMs: context.timeoutMs(options.timeout),
    layers: context.options.junit !== undefined,
    exactTime: true,
  });
  const place = placeOf(options.on, board?.name, result);
  await context.junit(model.name, casesOf(place, result));
  const instructions = perInference(result);
  const text = describe(model.name, place, vectors, result);
  context.output.result(
    reporter === 'vectors' ? [...verdictLines(result), text].join('\n') : text,
    {
      ...{
        model: model.name,
        where,
        board: board?.name ?? null,
        standIn: result.execution?.standIn ?? null,
      },
      ...{ passed: result.passed, vectors: vectors.length, instructions: instructions ?? null },
      ...{ verdicts: result.verdicts, diverging: result.diverging ?? null },
    },
  );
  summarize(text, result, reporter === 'github', context);
  const problems = result.passed ? [] : mismatches(model.name, place, result);
  if (counted)
    problems.push(...judgeBudget(`${model.name}@${board?.name}`, result, options.updateBudget));
  if (problems.length > 0) throw new CompileError(problems, 'answer-is-no');
}

// 'qemu', or 'serial:/dev/ttyACM0'.
function placeOption(text: string, context: Context): TestRequest['where'] {
  if (!text.startsWith('serial:')) return choiceOption('--on', text, PLACES);
  const port = text.slice('serial:'.length);
  const onOpen = () => context.output.note(`${port} is open: reset the board if it runs already`);
  return { port, onOpen };
}

// Vectors i, i + n, i + 2n … for --shard i/n.
function shardOf(vectors: readonly Vector[], shard: string | undefined): Vector[] {
  if (shard === undefined) return [...vectors];
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(shard) ?? [];
  const [i, n] = [Number(index), Number(count)];
  const part = vectors.filter((_, at) => at % n === i - 1);
  if (index !== undefined && i >= 1 && i <= n && part.length > 0) return part;
  throw new CompileError({
    code: 'bad-option',
    message: `--shard "${shard}" is no part, such as 1/4, of ${vectors.length} vectors`,
    where: '--shard',
    hint: 'the first of four parts is 1/4, the last 4/4',
  });
}

/** Instructions of one inference, where the emulator counted them. */
function perInference({ execution }: TestResult): number | undefined {
  const { instructions, vectors } = execution?.outcome ?? {};
  return instructions === undefined || !vectors ? undefined : Math.round(instructions / vectors);
}

function judgeBudget(key: string, result: TestResult, update: boolean | undefined): Diagnostic[] {
  const { program, built, outcome } = result.execution!;
  const { flash, ram } = linkedFootprint(program, built!, outcome.stackBytes);
  const instructions = perInference(result);
  const found = {
    flash: flash.total,
    ram: ram.total,
    ...(instructions !== undefined && { instructions }),
  };
  return applyBudget(key, found, update);
}

// The summary page of a GitHub job, with the vectors that failed.
function summarize(text: string, result: TestResult, force: boolean, context: Context): void {
  const failed = result.verdicts.filter(({ difference }) => difference);
  const rows = failed.map(
    (v) =>
      `| ${v.vector} | ${v.against} | ${v.difference!.byte} | ${v.difference!.got} | ${v.difference!.expected} |`,
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
  const head = `### ${result.passed ? 'passed' : 'failed'}: ${text}`;
  const summary = [head, ...layer, ...table, ''].join('\n');
  if (!context.output.summary(summary) && force) process.stderr.write(summary);
}

function verdictLines({ verdicts }: TestResult): string[] {
  return verdicts.map(({ vector, against, difference }) =>
    difference
      ? `differs  ${vector} against ${against}: byte ${difference.byte} is ${difference.got}, expected ${difference.expected}`
      : `equal    ${vector} against ${against}`,
  );
}

export async function chooseVectors(model: LoadedModel, options: VectorOptions): Promise<Vector[]> {
  const { inputBytes, outputBytes } = new Interpreter(model.graph);
  if (options.inputs !== undefined) return readVectors(options.inputs, inputBytes, outputBytes);
  const count = wholeOption('--count', options.count, 1, Math.floor(MOST_BYTES / inputBytes));
  return makeVectors(model.graph, wholeOption('--seed', options.seed, 0, 2 ** 32 - 1), count);
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

function mismatches(
  model: string,
  place: string,
  { verdicts, diverging }: TestResult,
): Diagnostic[] {
  if (diverging && verdicts.every(({ difference }) => !difference))
    return [
      {
        code: 'output-differs',
        message: `vector ${diverging.vector}: layer ${diverging.step} ${diverging.op} "${shorten(diverging.name)}" differs from the reference, though the model's outputs do not`,
        where: `${model} on ${place}`,
        hint: 'report this: a kernel is wrong',
      },
    ];
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

function casesOf(place: string, { verdicts, diverging, layers }: TestResult) {
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
