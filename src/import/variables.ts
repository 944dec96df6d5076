import { ReadOptions } from '../formats/tflite/read-options.ts';
import type { TfliteFile, TfliteModel, TfliteOperator } from '../formats/tflite/records.ts';
import type { TfliteTensor } from '../formats/tflite/records.ts';
import { initialBytes } from '../ir/values.ts';
import { Unsupported } from '../ops/op.ts';
import { shorten } from '../support/identifiers.ts';

/** A variable that outlives an inference. */
export interface Variable {
  /** Numbers of the tensors that hold its value at the start of an inference, and at its end. */
  readonly read: number;
  readonly write: number;
  readonly initial?: Uint8Array;
}

/** A model without the operators that handle variables. */
export interface WithoutVariables {
  readonly model: TfliteModel;
  readonly variables: readonly Variable[];
  /** Numbers of tensors that are read from a variable, and of those that they are. */
  readonly reads: readonly (readonly [number, number])[];
  /** Operators whose variable cannot be taken, and why. */
  readonly refused: readonly { readonly operator: TfliteOperator; readonly reason: Unsupported }[];
}

/** TFLite's operators on variables, and what becomes of them. */
export const VARIABLE_OPERATORS: Readonly<Record<string, string>> = {
  VAR_HANDLE: 'A variable: a state of the model, kept from one inference to the next',
  READ_VARIABLE: 'The value that was assigned last, in this inference or the one before',
  ASSIGN_VARIABLE: 'The next value of a variable',
  CALL_ONCE: 'Values of variables before the first inference, where they are constants',
};

/**
 * Replaces variables by states. Operators run in the order of the file: a variable that is read
 * before it is assigned has the value of the inference before, one that is read after it the value
 * that was assigned; what is assigned last is kept. One that is never assigned is a constant.
 */
export function takeVariables(file: TfliteFile): WithoutVariables {
  const taker = new VariableTaker(file);
  const refused: { operator: TfliteOperator; reason: Unsupported }[] = [];
  const operators = file.operators.filter((operator) => {
    if (!Object.hasOwn(VARIABLE_OPERATORS, operator.code)) return true;
    try {
      taker.take(operator);
    } catch (reason) {
      if (!(reason instanceof Unsupported)) throw reason;
      refused.push({ operator, reason });
    }
    return false;
  });
  if (operators.length === file.operators.length)
    return { model: file, variables: [], reads: [], refused };
  const { constants, variables } = taker.result();
  const of = (tensor: TfliteTensor): TfliteTensor => {
    const value = taker.valueOf(tensor);
    return constants.get(value) ?? value;
  };
  const model = {
    tensors: file.tensors.map((tensor) => constants.get(tensor) ?? tensor),
    operators: operators.map((operator) => ({
      ...operator,
      inputs: operator.inputs.map((tensor) => tensor && of(tensor)),
    })),
    inputs: file.inputs,
    outputs: file.outputs.map(of),
  };
  return { model, variables, reads: taker.reads, refused };
}

/** What is known of a variable while the operators go by. */
interface Found {
  /** The tensor that holds the value of the inference before. */
  read?: TfliteTensor;
  assigned?: TfliteTensor;
  initial?: Uint8Array;
}

class VariableTaker {
  readonly #file: TfliteFile;
  readonly #handles = new Handles();
  readonly #found = new Map<string, Found>();
  /** What was read, by the tensors that READ_VARIABLE writes. */
  readonly #values = new Map<TfliteTensor, TfliteTensor>();

  constructor(file: TfliteFile) {
    this.#file = file;
  }

  take(operator: TfliteOperator): void {
    const { code, inputs, outputs } = operator;
    if (code === 'VAR_HANDLE') {
      this.#handles.add(operator);
      return;
    }
    if (code === 'CALL_ONCE') {
      this.#initialise(operator);
      return;
    }
    const variable = this.#variable(this.#handles.of(operator));
    if (code === 'ASSIGN_VARIABLE') {
      variable.assigned = this.valueOf(inputs[1] ?? fail('it assigns nothing'));
      return;
    }
    const [output] = outputs;
    if (!output) return fail('it has no output');
    if (output.unreadable) fail(`its tensor "${shorten(output.name)}" ${output.unreadable}`);
    if (output.data || this.#file.inputs.includes(output))
      fail(`its tensor "${shorten(output.name)}" has a value already`);
    const value = variable.assigned ?? variable.read;
    if (value) this.#values.set(output, value);
    else variable.read = output;
  }

  /** The tensor whose value another one has. */
  valueOf(tensor: TfliteTensor): TfliteTensor {
    return this.#values.get(tensor) ?? tensor;
  }

  get reads(): [number, number][] {
    return [...this.#values].map(([tensor, value]) => [tensor.index, value.index]);
  }

  result() {
    const constants = new Map<TfliteTensor, TfliteTensor>();
    const variables: Variable[] = [];
    for (const { read, assigned, initial } of this.#found.values()) {
      const given = initial && { initial };
      if (read && assigned) variables.push({ read: read.index, write: assigned.index, ...given });
      else if (read) constants.set(read, { ...read, data: initialBytes(read, { ...given }) });
    }
    return { constants, variables };
  }

  #variable(name: string): Found {
    const found = this.#found.get(name) ?? {};
    this.#found.set(name, found);
    return found;
  }

  // CALL_ONCE's graph: handles and assignments of constants.
  #initialise({ options }: TfliteOperator): void {
    const read = new ReadOptions(options);
    const graph = this.#file.subgraph(read.int(0));
    checkRead(read);
    if (!graph) return fail(`it names a graph that the file does not have`);
    const handles = new Handles();
    for (const operator of graph.operators) {
      if (operator.code === 'VAR_HANDLE') {
        handles.add(operator);
        continue;
      }
      if (operator.code !== 'ASSIGN_VARIABLE')
        fail(`what it runs before the first inference computes (${operator.code})`, CONSTANTS);
      const variable = this.#variable(handles.of(operator));
      const value = operator.inputs[1];
      if (!value?.data) return fail('it assigns what is no constant', CONSTANTS);
      if (variable.read ?? variable.assigned)
        fail('it sets a variable that was read or assigned before it', CONSTANTS);
      variable.initial = value.data;
    }
  }
}

const CONSTANTS = 'export the model with variables that begin as constants';

/** Names of variables, by the tensors that stand for them. */
class Handles {
  readonly #names = new Map<TfliteTensor, string>();

  add({ options, outputs }: TfliteOperator): void {
    const read = new ReadOptions(options);
    const name = JSON.stringify([read.string(0) ?? '', read.string(1) ?? '']);
    checkRead(read);
    this.#names.set(outputs[0] ?? fail('it has no output'), name);
  }

  of({ inputs: [handle] }: TfliteOperator): string {
    const name = handle && this.#names.get(handle);
    return (
      name ??
      fail(
        'which variable it means is known only when it runs',
        'export the model with variables of its own',
      )
    );
  }
}

function checkRead(options: ReadOptions): void {
  const [unread] = options.unread();
  if (unread !== undefined) fail(`its option ${unread} is set, which thimble does not know`);
}

function fail(message: string, hint?: string): never {
  throw new Unsupported(message, hint);
}
