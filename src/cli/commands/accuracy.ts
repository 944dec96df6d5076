import { formatAccuracy } from '../../report/accuracy.ts';
import type { TestCase } from '../../report/junit.ts';
import { CompileError, throwIfAny } from '../../support/diagnostics.ts';
import type { Diagnostic } from '../../support/diagnostics.ts';
import { accuracyOfFiles } from '../../workflow/accuracy-files.ts';
import type { MeasuredAccuracy } from '../../workflow/accuracy-files.ts';
import { loadModel } from '../../workflow/load-model.ts';
import type { LoadedModel } from '../../workflow/load-model.ts';
import type { Context } from '../context.ts';
import { importOptions } from '../open-model.ts';
import type { ImportingOptions } from '../model-options.ts';
import { badOption } from '../option-values.ts';

export interface AccuracyOptions extends ImportingOptions {
  readonly inputs: string;
  readonly labels?: string;
  /** In percent. */
  readonly minAccuracy?: number;
  readonly minAgreement?: number;
}

/** `thimble accuracy A [B]`: how often a model is right, and how far another is from it, by the reference. */
export async function accuracyCommand(
  first: string,
  second: string | undefined,
  options: AccuracyOptions,
  context: Context,
): Promise<void> {
  const { inputs, labels } = options;
  refuseIdle(second, options);
  const models: LoadedModel[] = [];
  for (const file of second === undefined ? [first] : [first, second])
    models.push(await loadModel(file, undefined, await importOptions(options, context.output)));
  const preprocess = context.preprocess();
  const measured = await accuracyOfFiles({
    ...{ models, inputs, signal: context.signal },
    ...(labels !== undefined && { labels }),
    ...(preprocess && { preprocess }),
  });
  const limits = limitsOf(measured, options);
  const sources = models.map(({ source }) => source);
  const { samples, labelled, correct, agreeing, outputs, confusion, worst, names } = measured;
  context.output.result(formatAccuracy(measured, sources, names), {
    models: sources,
    passed: limits.every(({ passed }) => passed),
    ...{ samples, labelled, correct, agreeing, outputs, classes: names, confusion, worst },
  });
  await context.junit('accuracy', limits.map(caseOf));
  const failed = limits.filter(({ passed }) => !passed);
  if (failed.length > 0) throw new CompileError(failed.map(problemOf), 'answer-is-no');
}

function refuseIdle(second: string | undefined, { minAgreement }: AccuracyOptions): void {
  if (minAgreement === undefined || second !== undefined) return;
  throw new CompileError(
    badOption(
      '--min-agreement',
      '--min-agreement would do nothing: a single model agrees with itself',
      'name a second model, or ask for --min-accuracy',
    ),
  );
}

interface Limit {
  readonly what: string;
  readonly percent: number;
  readonly least: number | undefined;
  readonly passed: boolean;
}

// What was measured beside the least that is asked for, of the last model.
function limitsOf(measured: MeasuredAccuracy, options: AccuracyOptions): Limit[] {
  const { samples, labelled, correct, agreeing } = measured;
  if (options.minAccuracy !== undefined && labelled === 0)
    throwIfAny([
      badOption(
        '--min-accuracy',
        '--min-accuracy would do nothing: no input is labelled',
        'put the inputs into folders named after their classes, or name a .csv with --labels',
      ),
    ]);
  const limit = (what: string, part: number, whole: number, least = 0): Limit => {
    const percent = (100 * part) / whole;
    return { what, percent, least, passed: percent >= least };
  };
  return [
    ...(labelled > 0
      ? [limit('top-1 accuracy', correct.at(-1)!, labelled, options.minAccuracy)]
      : []),
    ...(agreeing !== null
      ? [limit('top-1 agreement', agreeing, samples, options.minAgreement)]
      : []),
  ];
}

function problemOf({ what, percent, least }: Limit): Diagnostic {
  return {
    code: 'below-minimum',
    message: `${what} is ${percent.toFixed(2)}%, less than ${least}%`,
    hint: 'the worst inputs are listed above; thimble quantize tells which layers lose most',
  };
}

function caseOf(limit: Limit): TestCase {
  const { what, passed } = limit;
  return { suite: 'accuracy', name: what, ...(!passed && { failure: problemOf(limit).message }) };
}
