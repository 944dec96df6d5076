import { Interpreter } from '../../interpret/interpret.ts';
import { linkedFootprint } from '../../report/footprint.ts';
import { CompileError } from '../../support/diagnostics.ts';
import type { Diagnostic } from '../../support/diagnostics.ts';
import { testModel } from '../../workflow/test-model.ts';
import type { TestResult } from '../../workflow/test-model.ts';
import { inputReader } from '../../workflow/input-reader.ts';
import { makeVectors, readVectors } from '../../workflow/vectors.ts';
import type { Vector } from '../../workflow/vectors.ts';
import type { LoadedModel } from '../../workflow/load-model.ts';
import { badOption } from '../option-values.ts';
import { applyBudget, wantsBudget } from '../budget-file.ts';
import type { Context } from '../context.ts';
import { casesOf, describe, formatSummary, mismatches, verdictLines } from '../test-results.ts';
import { compileOptions, openModel } from '../open-model.ts';
import { shardOf, stepsOf } from '../sequence-options.ts';
import type { Shard } from '../sequence-options.ts';
import type { CompilingOptions } from '../model-options.ts';
import type { Place } from '../places.ts';

// All vectors of a run lie in memory.
const MOST_BYTES = 2 ** 30;

/** Where vectors come from: a folder, or a seed. */
export interface VectorOptions {
  readonly inputs?: string;
  readonly seed: number;
  readonly count: number;
  readonly steps?: number;
}

export interface TestOptions extends CompilingOptions, VectorOptions {
  readonly board?: string;
  readonly on: Place;
  readonly timeout?: number;
  readonly shard?: Shard;
  readonly reporter: 'summary' | 'vectors' | 'github';
  readonly updateBudget?: boolean;
}

/** `thimble test`: many vectors in one boot, each compared byte for byte. */
export async function testCommand(
  file: string,
  options: TestOptions,
  context: Context,
): Promise<void> {
  const { on, reporter } = options;
  const where = typeof on === 'string' ? on : { ...on, onOpen: () => noteOpen(on.port, context) };
  const board = context.board(options.board);
  const model = await openModel(file, options, context);
  const steps = stepsOf(options.steps, model);
  const vectors = shardOf(await chooseVectors(model, options, context), options.shard, steps);
  const counted = (where === 'qemu' || where === 'renode') && wantsBudget(options.updateBudget);
  if (where === 'reference') requireComparison(vectors);
  context.output.detail(`${vectors.length} vectors, the reference first`);
  const result = await testModel({
    ...{ model, where, vectors, steps, ...(board && { board }), signal: context.signal },
    options: compileOptions(options),
    timeoutMs: context.timeoutMs(options.timeout),
    layers: context.options.junit !== undefined,
    exactTime: true,
  });
  const place = placeOf(on, board?.name, result);
  const instructions = perInference(result);
  const problems = mismatches(model.name, place, result);
  const key = `${model.name}@${board?.name}`;
  const unread: Diagnostic[] = [];
  const over = counted
    ? await judgeBudget(key, result, options.updateBudget).catch((error: unknown) => {
        unread.push(...diagnosticsOf(error));
        return [];
      })
    : [];
  const passed = result.passed && over.length === 0;
  const text = [
    describe(model.name, place, vectors, result),
    ...over.map(({ message }) => `over budget: ${message}`),
  ];
  // The verdict first: whether a report can be written does not change it.
  context.output.result(reporter === 'vectors' ? [...verdictLines(result), ...text] : text, {
    ...{
      model: model.name,
      where,
      board: board?.name ?? null,
      standIn: result.execution?.standIn ?? null,
    },
    ...{ passed, vectors: vectors.length, instructions: instructions ?? null },
    ...{ verdicts: result.verdicts, diverging: result.diverging ?? null },
    ...(over.length > 0 && { overBudget: over }),
  });
  const summary = formatSummary(text, { ...result, passed });
  if (!(await context.output.summary(summary)) && reporter === 'github')
    process.stderr.write(summary);
  const budget = over.map(({ message }) => ({ suite: place, name: 'budget', failure: message }));
  const unwritten = await context.junit(model.name, [...casesOf(place, result), ...budget]).then(
    () => unread,
    (error: unknown) => [...unread, ...diagnosticsOf(error)],
  );
  const found = [...(result.passed ? [] : problems), ...over];
  if (found.length > 0) throw new CompileError([...found, ...unwritten], 'answer-is-no');
  if (unwritten.length > 0) throw new CompileError(unwritten);
}

function diagnosticsOf(error: unknown): readonly Diagnostic[] {
  if (error instanceof CompileError) return error.diagnostics;
  throw error;
}

function noteOpen(port: string, context: Context): void {
  context.output.note(`${port} is open: reset the board if it runs already`);
}

// Against itself the reference is always right.
function requireComparison(vectors: readonly Vector[]): void {
  if (vectors.some(({ expected }) => expected !== undefined)) return;
  throw new CompileError({
    code: 'nothing-compared',
    message: 'no vector has an output beside it, so there is nothing to compare the reference with',
    where: '--on reference',
    hint: 'name a folder with outputs (out*.bin or *.out.bin) with --inputs, or test --on host',
  });
}

/** Instructions of one inference, where the emulator counted them. */
function perInference({ execution }: TestResult): number | undefined {
  const { instructions, vectors } = execution?.outcome ?? {};
  return instructions === undefined || !vectors ? undefined : Math.round(instructions / vectors);
}

function judgeBudget(
  key: string,
  result: TestResult,
  update: boolean | undefined,
): Promise<Diagnostic[]> {
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

export async function chooseVectors(
  model: LoadedModel,
  options: VectorOptions,
  context: Context,
): Promise<Vector[]> {
  const { inputBytes, outputBytes } = new Interpreter(model.graph);
  if (options.inputs !== undefined) {
    const read = inputReader(model.graph, context.preprocess());
    return readVectors(options.inputs, inputBytes, outputBytes, read);
  }
  const { count, seed } = options;
  if (count * inputBytes <= MOST_BYTES) return makeVectors(model.graph, seed, count);
  throw new CompileError(
    badOption(
      '--count',
      `${count} vectors of ${inputBytes} bytes are more than can be held`,
      `${Math.floor(MOST_BYTES / inputBytes)} are the most`,
    ),
  );
}

function placeOf(on: Place, board: string | undefined, { execution }: TestResult): string {
  const where = typeof on === 'string' ? on : `serial:${on.port}`;
  if (where === 'reference' || where === 'host') return board ? `${where} for ${board}` : where;
  return execution?.standIn
    ? `${where} for ${board} (relinked for ${execution.standIn})`
    : `${where} ${board}`;
}
