import { setImmediate } from 'node:timers/promises';
import { Interpreter } from '../interpret/interpret.ts';
import { tensorOf } from '../ir/graph.ts';
import { argmax, outputReals } from '../ir/reals.ts';
import { elements } from '../ir/types.ts';
import type { Graph } from '../ir/types.ts';
import { sum } from '../support/bytes.ts';
import { DifferenceSum } from './output-difference.ts';
import type { OutputDifference } from './output-difference.ts';

/** An input as each of the models takes it, and the class that it is of, where that is known. */
export interface Sample {
  readonly name: string;
  readonly inputs: readonly Uint8Array[];
  readonly truth?: number;
}

/** What the models said of one input: the class of each, and its score. */
export interface Answer {
  readonly name: string;
  readonly truth?: number;
  readonly classes: readonly { readonly index: number; readonly score: number }[];
  /** Of two models: root mean square of what their outputs differ by. */
  readonly rmse?: number;
  /** Score of the true class minus the best of the others, by the last model. */
  readonly margin?: number;
}

export interface Accuracy {
  readonly samples: number;
  readonly labelled: number;
  /** Labelled inputs that each model gives its highest score at the right class. */
  readonly correct: readonly number[];
  /** Of two models: inputs with the same class. */
  readonly agreeing: number | null;
  /** Of two models: what their outputs differ by. */
  readonly outputs: readonly OutputDifference[];
  /** How often the last model said a class: by the true class, or else by the first model's. */
  readonly confusion: readonly {
    readonly from: number;
    readonly to: number;
    readonly count: number;
  }[];
  /** The inputs that the models differ most on, or that a single model is most wrong about. */
  readonly worst: readonly Answer[];
}

const WORST = 5;

/** Classes that a model tells apart: the elements of its first output. */
export function classCount(graph: Graph): number {
  return elements(tensorOf(graph, graph.outputs[0]!));
}

/**
 * Runs one model, or two, through the reference on each sample, every time from its first state.
 * A class is the index of the first output's largest value, the first of several.
 */
export async function measureAccuracy(
  graphs: readonly Graph[],
  samples: readonly Sample[],
  signal?: AbortSignal,
): Promise<Accuracy> {
  const interpreters = graphs.map((graph) => new Interpreter(graph));
  const sums = graphs.length === 2 ? graphs[0]!.outputs.map(() => new DifferenceSum()) : [];
  const answers: Answer[] = [];
  for (const { name, truth, inputs } of samples) {
    await setImmediate(undefined, { ...(signal && { signal }) });
    const outputs = interpreters.map((interpreter, i) => {
      interpreter.reset();
      return outputReals(interpreter.graph, interpreter.runBytes(inputs[i]!));
    });
    const squares = sum(sums.map((each, i) => each.add(outputs[0]![i]!, outputs[1]![i]!)));
    const values = sum(outputs[0]!.map(({ length }) => length));
    const classes = outputs.map(([first]) => {
      const index = argmax(first!);
      return { index, score: first![index] ?? NaN };
    });
    answers.push({
      ...{ name, classes },
      ...(sums.length > 0 && { rmse: Math.sqrt(squares / values) }),
      ...(truth !== undefined && { truth, margin: marginOf(outputs.at(-1)![0]!, truth) }),
    });
  }
  const outputNames = graphs[0]!.outputs.map((id) => tensorOf(graphs[0]!, id).name);
  return { ...summarize(answers), outputs: sums.map((each, i) => each.result(outputNames[i]!)) };
}

function summarize(answers: readonly Answer[]): Omit<Accuracy, 'outputs'> {
  const labelled = answers.filter(({ truth }) => truth !== undefined);
  const models = answers[0]?.classes.map((_, i) => i) ?? [];
  const isPair = models.length === 2;
  const agreeing = answers.filter(({ classes: [a, b] }) => a!.index === b?.index).length;
  return {
    samples: answers.length,
    labelled: labelled.length,
    correct: models.map((i) => labelled.filter((a) => a.classes[i]!.index === a.truth).length),
    agreeing: isPair ? agreeing : null,
    confusion: confusionOf(labelled.length > 0 ? labelled : isPair ? answers : []),
    worst: isPair
      ? worstOf(answers, (answer) => answer.rmse!)
      : worstOf(labelled, (answer) => -answer.margin!),
  };
}

function confusionOf(answers: readonly Answer[]): Accuracy['confusion'] {
  const counts = new Map<string, { from: number; to: number; count: number }>();
  for (const { truth, classes } of answers) {
    const [from, to] = [truth ?? classes[0]!.index, classes.at(-1)!.index];
    const cell = counts.get(`${from} ${to}`) ?? { from, to, count: 0 };
    cell.count += 1;
    counts.set(`${from} ${to}`, cell);
  }
  return [...counts.values()].sort((a, b) => a.from - b.from || a.to - b.to);
}

function worstOf(answers: readonly Answer[], badness: (answer: Answer) => number): Answer[] {
  return [...answers].sort((a, b) => badness(b) - badness(a)).slice(0, WORST);
}

function marginOf(values: Float64Array, truth: number): number {
  const others = values.filter((_, i) => i !== truth);
  return values[truth]! - others.reduce((most, value) => Math.max(most, value), -Infinity);
}
