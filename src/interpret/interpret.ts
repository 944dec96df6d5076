import { tensorOf, typedNodes } from '../ir/graph.ts';
import type { Graph, TensorId, Value } from '../ir/types.ts';
import { byteLength } from '../ir/types.ts';
import { constantValue, initialBytes, valueBytes, valueFromBytes } from '../ir/values.ts';
import { opOf } from '../ops/index.ts';
import { concatBytes } from '../support/bytes.ts';
import { CompileError } from '../support/diagnostics.ts';

/** Called with each tensor as it is computed. */
export type Observer = (tensor: TensorId, value: Value) => void;

/** A graph made ready to run many times: the oracle of every test. */
export class Interpreter {
  readonly #constants = new Map<TensorId, Value>();
  readonly #nodes;
  #states: readonly Value[] = [];

  constructor(readonly graph: Graph) {
    this.#nodes = typedNodes(graph);
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

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
