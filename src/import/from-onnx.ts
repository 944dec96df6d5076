import type { OnnxModel, OnnxNode, OnnxTensor, OnnxValueInfo } from '../formats/onnx/records.ts';
import type { Graph, Node, TensorId } from '../ir/types.ts';
import {
  constantOf,
  naturalOrder,
  ONNX_READERS,
  OnnxCall,
  OnnxValue,
} from '../ops/onnx-readers.ts';
import { Unsupported } from '../ops/op.ts';
import { throwIfAny } from '../support/diagnostics.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import { shorten } from '../support/identifiers.ts';
import { copyOutputs } from './copy-outputs.ts';
import { foldBudget } from './fold-constants.ts';
import { GraphEmitter } from './onnx/graph-emitter.ts';
import { fuseQdq } from './onnx/qdq.ts';
import { toSigned } from './onnx/signed.ts';
import { copiedInputs, inputOrders } from './onnx/input-layout.ts';
import { modelInputs } from './onnx/model-inputs.ts';
import { readableOpset } from './onnx/opset.ts';
import { sortNodes } from './onnx/sort-nodes.ts';
import { unknownOnnxOperator } from './onnx/unknown-operator.ts';
import type { ImportOptions } from './open-shapes.ts';

/** Builds the graph of an ONNX model. Throws CompileError with every unsupported operator. */
export function fromOnnx(model: OnnxModel, file: string, options: ImportOptions = {}): Graph {
  const { graph, problems } = translateOnnx(model, file, options);
  throwIfAny(problems);
  return graph;
}

/** Translates node by node; what fails is left out of the graph, with what follows from it. */
export function translateOnnx(
  model: OnnxModel,
  file: string,
  options: ImportOptions = {},
): { graph: Graph; problems: readonly Diagnostic[] } {
  const opset = readableOpset(model, file);
  const { inputs, frozen } = modelInputs(model.graph, file, options);
  const { sorted: whole, problems } = sortNodes(model.graph, file);
  throwIfAny(problems);
  const initializers = [...model.graph.initializers, ...frozen];
  const { graph: source, labels } = toSigned(
    fuseQdq({ ...model.graph, nodes: whole, initializers }),
  );
  const { sorted } = sortNodes(source, file);
  const constants = source.initializers;
  const emitter = new GraphEmitter(foldBudget(bytesOf(constants)), options.onNote ?? (() => {}));
  const walk = new Walk(emitter, opset, file, countUses(source));
  const orders = inputOrders(inputs, file, options);
  const inputIds = inputs.map(({ name, shape, ...type }) => {
    const quant = labels.get(name);
    const order = orders.get(name) ?? naturalOrder(shape.length);
    const stored = { ...type, shape: order.map((axis) => shape[axis]!), ...(quant && { quant }) };
    const id = emitter.builder.addTensor(name, stored);
    walk.set(name, new OnnxValue(emitter, shape, order, id));
    return id;
  });
  for (const tensor of constants) walk.addConstant(tensor);
  for (const node of sorted) walk.visit(node);
  const outputs = walk.problems.length > 0 ? [] : walk.outputs(model.graph.outputs, options);
  const { builder } = emitter;
  const own = copyOutputs(builder, inputIds, outputs, file);
  const nodes = withoutUnread(builder.nodes, own);
  builder.nodes.splice(0, Infinity, ...nodes);
  for (const note of copiedInputs(builder, inputIds, options)) emitter.note(note);
  return { graph: builder.finish(file, inputIds, own), problems: walk.problems };
}

/** The values of a model as its nodes are translated one after another. */
class Walk {
  readonly problems: Diagnostic[] = [];
  readonly #values = new Map<string, OnnxValue>();
  // Constants that cannot be read are a problem of those who read them.
  readonly #unreadable = new Map<string, OnnxTensor>();

  constructor(
    readonly emitter: GraphEmitter,
    readonly opset: number,
    readonly file: string,
    readonly uses: ReadonlyMap<string, number>,
  ) {}

  get(name: string): OnnxValue | undefined {
    return this.#values.get(name);
  }

  set(name: string, value: OnnxValue): void {
    this.#values.set(name, value);
    this.emitter.bind(value.origin, this.uses.get(name) ?? 0);
  }

  addConstant(tensor: OnnxTensor): void {
    if (tensor.unreadable) this.#unreadable.set(tensor.name, tensor);
    else this.set(tensor.name, constantOf(this, tensor, tensor.name));
  }

  visit(node: OnnxNode): void {
    const type = node.domain ? `${node.domain}:${node.type}` : node.type;
    const read = Object.hasOwn(ONNX_READERS, type) ? ONNX_READERS[type] : undefined;
    if (!read) {
      this.#refuse(node, ...unknownOnnxOperator(node));
      return;
    }
    // What it reads was refused: nothing can be said of it.
    const known = (name: string) => !name || this.#values.has(name) || this.#unreadable.has(name);
    if (!node.inputs.every(known)) return;
    const name = node.outputs.find(Boolean) ?? node.name;
    this.emitter.origin = { file: this.file, operator: node.index, name };
    try {
      const call = this.#callOf(node);
      const results = read(call);
      const [unread] = call.unread();
      if (unread !== undefined)
        throw new Unsupported(`its attribute ${unread} is set, which thimble does not know`);
      node.outputs.forEach((output, i) => {
        if (output && results[i]) this.set(output, results[i]);
        else if (call.wanted[i]) throw new Unsupported(`its output ${i} is read`);
      });
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      const help =
        error.hint ?? 'thimble inspect shows its tensors; OPERATORS.md says what is supported';
      this.#refuse(node, `${node.type}: ${error.message}`, help);
    }
  }

  /** The tensors of the model's outputs, in the order of axes that the model has; those without elements are left out. */
  outputs(outputs: readonly OnnxValueInfo[], { allowVacuous }: ImportOptions): TensorId[] {
    const isEmpty = ({ name }: OnnxValueInfo) => this.#values.get(name)?.shape.includes(0);
    const spared = allowVacuous === true || !outputs.every(isEmpty);
    return outputs.flatMap((output) => {
      const { name } = output;
      if (spared && isEmpty(output)) {
        this.emitter.note(`the output "${name}" has no elements: the program does not have it`);
        return [];
      }
      const { operator } = this.emitter.origin;
      this.emitter.origin = { file: this.file, operator, name };
      try {
        const id = this.#known(name)!.natural();
        const tensor = this.emitter.tensor(id);
        if (!tensor.data) this.emitter.builder.setTensor({ ...tensor, name });
        return [id];
      } catch (error) {
        if (!(error instanceof Unsupported)) throw error;
        this.problems.push({
          code: 'unsupported-operator',
          message: `its output "${shorten(name)}" cannot be given: ${error.message}`,
          where: this.file,
          hint: 'export the model without it',
        });
        return [];
      }
    });
  }

  #known(name: string): OnnxValue | undefined {
    const unreadable = this.#unreadable.get(name);
    if (unreadable) throw new Unsupported(`its tensor "${shorten(name)}" ${unreadable.unreadable}`);
    return this.#values.get(name);
  }

  #callOf(node: OnnxNode): OnnxCall {
    const inputs = node.inputs.map((name) => this.#known(name));
    const wanted = node.outputs.map((output) => output !== '' && this.uses.has(output));
    return new OnnxCall(this.emitter, node, this.opset, inputs, wanted);
  }

  #refuse(node: OnnxNode, message: string, hint: string): void {
    const name = shorten(node.name || (node.outputs[0] ?? ''));
    const where = `${this.file} node #${node.index} "${name}"`;
    const version = `operator set ${this.opset}`;
    this.problems.push({
      code: 'unsupported-operator',
      message: `${message} (${version})`,
      where,
      hint,
    });
  }
}

function bytesOf(tensors: readonly OnnxTensor[]): number {
  return tensors.reduce((sum, { data }) => sum + data.length, 0);
}

// How often each value is read: by nodes, and as an output of the model.
function countUses({ nodes, outputs }: OnnxModel['graph']): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  const add = (name: string) => uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const { inputs } of nodes) inputs.forEach(add);
  for (const { name } of outputs) add(name);
  return uses;
}

// Nodes that became parts of others, or whose results nobody wants, go.
function withoutUnread(nodes: readonly Node[], outputs: readonly TensorId[]): Node[] {
  const wanted = new Set(outputs);
  const kept = [...nodes].reverse().filter((node) => {
    if (!node.outputs.some((id) => wanted.has(id))) return false;
    for (const id of node.inputs) if (id !== undefined) wanted.add(id);
    return true;
  });
  return kept.reverse();
}
