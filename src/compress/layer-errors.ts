import { Interpreter } from '../interpret/interpret.ts';
import { typedNodes } from '../ir/graph.ts';
import type { Graph, TensorId, Value } from '../ir/types.ts';
import { floats } from '../ir/values.ts';
import { poolingBorders } from './borders.ts';
import { forEachElement, operandParts, WHOLE } from './parts.ts';
import type { Part } from './parts.ts';
import { ErrorSum } from './tensor-error.ts';
import type { TensorError } from './tensor-error.ts';

/** How far a layer's output is from the float model's. */
export interface LayerError extends TensorError {
  readonly id: TensorId;
  readonly tensor: string;
  readonly op: string;
  /** What became of each operand, where the layer joins several. */
  readonly parts: readonly (TensorError & { readonly operand: string })[];
}

/** The errors of a quantized graph's inputs, and of its layers in order. */
export interface FormErrors {
  readonly inputs: readonly LayerError[];
  readonly layers: readonly LayerError[];
}

/** Compares the layers that both graphs have, by tensor id, on the given float inputs. */
export function layerErrors(
  float: Graph,
  quantized: Graph,
  inputs: readonly Uint8Array[],
): readonly LayerError[] {
  return compareForms(float, [quantized], inputs)[0]!.layers;
}

/**
 * The same for several quantized forms of a float graph, which runs but once. Joined tensors are
 * judged part by part, too: the loud part hides what happens to the quiet one.
 */
export function compareForms(
  float: Graph,
  forms: readonly Graph[],
  inputs: readonly Uint8Array[],
): FormErrors[] {
  const interpreter = new Interpreter(float);
  const borders = poolingBorders(float);
  const watched = watchedTensors(float);
  const compared = forms.map((graph) => ({
    interpreter: new Interpreter(graph),
    sums: new Map<TensorId, ErrorSum[]>(),
  }));
  for (const input of inputs) {
    const exact = new Map<TensorId, Value>();
    interpreter.runBytes(input, (id, value) => exact.set(id, value));
    for (const { interpreter: form, sums } of compared) {
      form.runBytes(input, (id, value) => {
        const [want, tensor] = [exact.get(id), watched.get(id)];
        if (!want || !tensor || !isComparable(value)) return;
        const { quant, shape } = value.type;
        const channels = shape.at(-1) ?? 1;
        const started = sums.get(id) ?? tensor.parts.map(() => new ErrorSum(quant, channels));
        sums.set(id, started);
        tensor.parts.forEach((part, p) =>
          addPart(part, started[p]!, floats(want), value.data, borders.get(id)),
        );
      });
    }
  }
  return compared.map(({ sums }) => {
    const resultOf = (id: TensorId) => {
      const found = sums.get(id)?.map((sum) => sum.result());
      if (!found) return [];
      const { op, parts } = watched.get(id)!;
      const split = parts
        .slice(1)
        .map(({ operand }, p) => ({ operand: operand!.name, ...found[p + 1]! }));
      return [{ id, op, tensor: float.tensors.get(id)!.name, ...found[0]!, parts: split }];
    };
    return {
      inputs: float.inputs.flatMap(resultOf),
      layers: float.nodes.flatMap(({ outputs }) => outputs.flatMap(resultOf)),
    };
  });
}

type Comparable = Value & { readonly data: Int8Array | Float32Array };

// int8, or of the float tail.
function isComparable(value: Value): value is Comparable {
  return value.data instanceof Int8Array || value.data instanceof Float32Array;
}

interface Watched {
  readonly op: string;
  /** The whole tensor, then what came from each operand of a concatenation. */
  readonly parts: readonly Part[];
}

function watchedTensors(graph: Graph): Map<TensorId, Watched> {
  const watched = new Map<TensorId, Watched>();
  for (const id of graph.inputs) watched.set(id, { op: 'input', parts: [WHOLE] });
  for (const node of typedNodes(graph)) {
    const parts = [WHOLE, ...operandParts(node)];
    for (const { id } of node.outputs) watched.set(id, { op: node.op, parts });
  }
  return watched;
}

function addPart(
  part: Part,
  sum: ErrorSum,
  float: Float32Array,
  stored: Int8Array | Float32Array,
  except: number | undefined,
): void {
  const { channels } = sum;
  forEachElement(part, float.length, (i) => {
    if (float[i] !== except) sum.add(float[i]!, stored[i]!, i % channels);
  });
}
