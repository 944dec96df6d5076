import { tensorOf, typedNodes } from '../ir/graph.ts';
import type { Graph, TensorId, TypedNode, Value } from '../ir/types.ts';
import { byteLength } from '../ir/types.ts';
import { constantValue, initialBytes, valueBytes, valueFromBytes } from '../ir/values.ts';
import { opOf } from '../ops/index.ts';
import { stepsOf } from '../ops/steps.ts';
import { concatBytes } from '../support/bytes.ts';
import { CompileError } from '../support/diagnostics.ts';

/** Called with each tensor as it is computed. */
export type Observer = (tensor: TensorId, value: Value) => void;

/** What one inference may take: half an hour or so, hundreds of times what microcontrollers do in a second. */
const MOST_STEPS = 2 ** 36;

/** A graph made ready to run many times: the oracle of every test. Throws CompileError where it would never end. */
export class Interpreter {
  readonly #constants = new Map<TensorId, Value>();
  readonly #nodes;
  #states: readonly Value[] = [];

  constructor(readonly graph: Graph) {
    this.#nodes = typedNodes(graph);
    refuseEndless(this.#nodes);
    for (const tensor of graph.tensors.values()) {
      if (tensor.data) this.#constants.set(tensor.id, constantValue(tensor));
    }
    this.reset();
  }

  /** As before the first inference: until then every run begins with the states of the one before. */
  reset(): void {
    this.#states = this.graph.states.map((state) => {
      const type = tensorOf(this.graph, state.read);
      return valueFromBytes(type, initialBytes(type, state));
    });
  }

  /** Bytes of all inputs together, and of all outputs. */
  get inputBytes(): number {
    return sum(this.graph.inputs.map((id) => byteLength(tensorOf(this.graph, id))));
  }

  get outputBytes(): number {
    return sum(this.graph.outputs.map((id) => byteLength(tensorOf(this.graph, id))));
  }

  /** One inference on raw bytes, inputs and outputs concatenated in model order. */
  runBytes(input: Uint8Array, observe?: Observer): Uint8Array {
    if (input.length !== this.inputBytes) {
      throw new CompileError({
        code: 'bad-vectors',
        message: `the model takes ${this.inputBytes} bytes of input, not ${input.length}`,
        hint: 'give all inputs one after another, in the dtypes of the model',
      });
    }
    let offset = 0;
    const values = this.graph.inputs.map((id) => {
      const tensor = tensorOf(this.graph, id);
      const bytes = input.subarray(offset, (offset += byteLength(tensor)));
      return valueFromBytes(tensor, bytes);
    });
    return concatBytes(this.run(values, observe).map(valueBytes));
  }

  run(inputs: readonly Value[], observe?: Observer): Value[] {
    const values = new Map(this.#constants);
    const set = (id: TensorId, value: Value) => {
      values.set(id, value);
      observe?.(id, value);
    };
    this.graph.inputs.forEach((id, i) => set(id, inputs[i]!));
    this.graph.states.forEach(({ read }, i) => set(read, this.#states[i]!));
    for (const node of this.#nodes) {
      const operands = node.inputs.map((tensor) => tensor && values.get(tensor.id));
      const results = opOf(node.op).evaluate(node, operands);
      node.outputs.forEach((tensor, i) => set(tensor.id, results[i]!));
    }
    this.#states = this.graph.states.map(({ write }) => values.get(write)!);
    return this.graph.outputs.map((id) => values.get(id)!);
  }
}

function refuseEndless(nodes: readonly TypedNode[]): void {
  const steps = sum(nodes.map(stepsOf));
  if (steps <= MOST_STEPS) return;
  const [most] = [...nodes].sort((a, b) => stepsOf(b) - stepsOf(a)) as [TypedNode];
  const { file, operator, name } = most.origin;
  throw new CompileError({
    code: 'too-much-work',
    message: `an inference takes ${steps.toExponential(1)} steps, more than ${MOST_STEPS.toExponential(1)} that the reference does`,
    where: `${file} operator #${operator} "${name}"`,
    hint: 'use a smaller model, or smaller inputs (--shape)',
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
