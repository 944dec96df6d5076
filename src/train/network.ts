import { GraphBuilder, tensorOf, typedNodes } from '../ir/graph.ts';
import type { Graph, Tensor, TensorId, TypedNode } from '../ir/types.ts';
import { elements } from '../ir/types.ts';
import { constantValue, floats } from '../ir/values.ts';
import { isOp } from '../ops/op.ts';
import { softmax } from '../ops/softmax/softmax.ts';
import { bytesOf } from '../support/bytes.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import { throwIfAny } from '../support/diagnostics.ts';
import { Engine } from './engine.ts';
import type { Activation, Layer, LayerContext } from './layer.ts';
import { makeLayer, rejectLayer, TRAINABLE_OPERATORS } from './layers/index.ts';
import type { Parameter } from './parameter.ts';

/** A float graph made ready to be trained as a classifier. */
export class Network {
  readonly engine = new Engine();
  readonly layers: readonly Layer[];
  readonly parameters: readonly Parameter[];
  readonly input: Activation;
  /** What the softmax of the last layer gets; the loss writes their gradients. */
  readonly logits: Required<Activation>;
  readonly #activations = new Map<TensorId, Activation>();
  readonly #parameters = new Map<TensorId, Parameter>();

  /** Throws CompileError that names every layer which cannot be trained. `batch`: samples at once, at most. */
  constructor(
    readonly graph: Graph,
    readonly batch: number,
  ) {
    const nodes = trainedNodes(graph);
    throwIfAny(rejections(graph, nodes));
    const context: LayerContext = {
      engine: this.engine,
      batch,
      activation: (id) => this.#activation(id),
      parameter: (tensor, role, axis = 0) => this.#parameter(tensor, role, axis),
    };
    this.input = this.#activation(graph.inputs[0]!);
    this.layers = nodes.map((node) => makeLayer(node, context));
    this.logits = this.#activation(nodes.at(-1)!.outputs[0]!.id) as Required<Activation>;
    this.parameters = [...this.#parameters.values()];
  }

  /** Values of a batch's logits, [samples][classes], for the inputs that lie in `input`. */
  forward(samples: number, training = false): Float32Array {
    for (const { form, values } of this.parameters) form?.expand(values);
    for (const layer of this.layers) layer.forward(samples, training);
    return this.logits.values.subarray(0, samples * this.logits.size);
  }

  /** Gradients of all variables, from those of the logits that a loss has written. */
  backward(samples: number): void {
    for (const activation of this.#activations.values())
      if (activation !== this.logits) activation.gradients?.fill(0, 0, samples * activation.size);
    for (const { gradients } of this.parameters) gradients.fill(0);
    for (const layer of this.layers.toReversed()) layer.backward(samples);
    for (const { form, gradients } of this.parameters) form?.collect(gradients);
  }

  /** The graph with the parameters as they are now. */
  toGraph(): Graph {
    const builder = new GraphBuilder(this.graph);
    for (const [id, { form, values }] of this.#parameters) {
      form?.expand(values);
      builder.setTensor({ ...tensorOf(this.graph, id), data: bytesOf(values.slice()) });
    }
    builder.nodes.push(...this.graph.nodes);
    return builder.finish(this.graph.name, this.graph.inputs, this.graph.outputs);
  }

  #activation(id: TensorId): Activation {
    const known = this.#activations.get(id);
    if (known) return known;
    const size = elements(tensorOf(this.graph, id));
    const values = this.engine.floats(this.batch, size);
    const isInput = this.graph.inputs.includes(id);
    const made = {
      ...{ size, values },
      ...(!isInput && { gradients: this.engine.floats(this.batch, size) }),
    };
    this.#activations.set(id, made);
    return made;
  }

  #parameter(tensor: Tensor, role: Parameter['role'], axis: number): Parameter {
    const known = this.#parameters.get(tensor.id);
    if (known) return known;
    const [values, gradients] = [0, 1].map(() => this.engine.floats(elements(tensor)));
    values!.set(floats(constantValue(tensor)));
    const { name, shape } = tensor;
    const made: Parameter = { name, shape, role, axis, values: values!, gradients: gradients! };
    this.#parameters.set(tensor.id, made);
    return made;
  }
}

// All but a softmax at the end, which is part of the loss.
function trainedNodes(graph: Graph): TypedNode[] {
  const nodes = typedNodes(graph);
  return nodes.length > 0 && isOp(nodes.at(-1)!, softmax) ? nodes.slice(0, -1) : nodes;
}

function rejections(graph: Graph, nodes: readonly TypedNode[]): Diagnostic[] {
  const refuse = (message: string, where = graph.name): Diagnostic => ({
    code: 'not-trainable',
    message,
    where,
    hint: `networks of ${TRAINABLE_OPERATORS.join(', ')} with one input and one output can be trained`,
  });
  const [inputs, outputs] = [graph.inputs.length, graph.outputs.length];
  if (graph.states.length > 0) return [refuse('it keeps states from one inference to the next')];
  if (inputs !== 1 || outputs !== 1)
    return [refuse(`it has ${inputs} inputs and ${outputs} outputs`)];
  if (nodes.length === 0) return [refuse('it has no layer to train')];
  if (tensorOf(graph, graph.inputs[0]!).dtype !== 'float32')
    return [refuse('its input is not float')];
  const shared = nodes.filter(({ outputs: [output] }) => output!.shape[0] !== 1);
  return [
    ...shared.map(({ op, origin }) =>
      refuse(`the first dimension of its output is not 1`, `${op} "${origin.name}"`),
    ),
    ...nodes.flatMap((node) => {
      const reason = rejectLayer(node);
      return reason ? [refuse(reason, `${node.op} "${node.origin.name}"`)] : [];
    }),
  ];
}
