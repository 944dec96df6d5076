import type { TfliteModel } from '../formats/tflite/records.ts';
import type { GraphBuilder } from '../ir/graph.ts';
import { printType } from '../ir/print.ts';
import type { State, Tensor } from '../ir/types.ts';
import { byteLength } from '../ir/types.ts';
import { throwIfAny } from '../support/diagnostics.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import { shorten } from '../support/identifiers.ts';
import { copyOf } from './copy-of.ts';
import type { Variable } from './variables.ts';

/**
 * The states of a graph whose operators have been translated; `model` as it was before uint8 became
 * int8. Throws CompileError with every variable that is no state.
 */
export function toStates(
  variables: readonly Variable[],
  builder: GraphBuilder,
  model: TfliteModel,
  file: string,
): State[] {
  const problems: Diagnostic[] = [];
  const states = variables.map(({ read, write, initial }) => {
    const [now, next] = [builder.tensor(read), builder.tensor(write)];
    problems.push(...unlike(now, next, file));
    if (initial && initial.length !== byteLength(now)) {
      const sizes = `begins with ${initial.length} bytes, and is read as ${byteLength(now)}`;
      problems.push(problem(now, sizes, file));
    }
    const shifted = model.tensors[read]!.dtype === 'uint8' && now.dtype === 'int8';
    const bytes = shifted ? initial?.map((byte) => byte ^ 0x80) : initial;
    // A constant has no memory that could be kept.
    const kept = next.data ? copyOf(builder, write, file) : write;
    return { read, write: kept, ...(bytes && { initial: bytes }) };
  });
  throwIfAny(problems);
  return states;
}

/** Throws CompileError where a variable that was assigned is read as another type. */
export function checkReads(
  reads: readonly (readonly [number, number])[],
  builder: GraphBuilder,
  file: string,
): void {
  throwIfAny(
    reads.flatMap(([read, value]) => unlike(builder.tensor(read), builder.tensor(value), file)),
  );
}

function unlike(read: Tensor, assigned: Tensor, file: string): Diagnostic[] {
  const [a, b] = [printType(read), printType(assigned)];
  return a === b ? [] : [problem(read, `is read as ${a}, and assigned ${b}`, file)];
}

function problem({ name }: Tensor, what: string, file: string): Diagnostic {
  return {
    code: 'unsupported-operator',
    message: `the variable "${shorten(name)}" ${what}`,
    where: file,
    hint: 'export the model again: a variable has one shape, type and quantization',
  };
}
