import { GraphBuilder, typedNode } from '../../ir/graph.ts';
import type { Node, Origin, Tensor, TensorId, TensorType } from '../../ir/types.ts';
import { isAbsurd } from '../../formats/tensor-limits.ts';
import { outputShapes, rejectTypes } from '../../ops/check-node.ts';
import type { Emitter } from '../../ops/onnx-readers.ts';
import { Unsupported } from '../../ops/op.ts';
import type { Op } from '../../ops/op.ts';
import { foldNode, spend, spendConstants } from '../fold-constants.ts';
import type { FoldBudget } from '../fold-constants.ts';

/** One operator of a file may become as many as its input has entries: the graph stays one that is soon compiled. */
const MOST_OPERANDS = 2 ** 14;

/** Builds the graph that readers of ONNX operators describe; what reads constants alone is computed at once. */
export class GraphEmitter implements Emitter {
  readonly builder = new GraphBuilder();
  /** Where the nodes that are added next come from, and how the last of their outputs is called. */
  origin: Origin = { file: '', operator: 0, name: '' };
  readonly #writers = new Map<TensorId, Node>();
  readonly #reads = new Map<TensorId, number>();
  #operands = 0;
  /** How often values of the model that lie in a tensor are read. */
  readonly #uses = new Map<TensorId, number>();

  constructor(
    readonly budget: FoldBudget,
    readonly onNote: (text: string) => void,
  ) {}

  tensor(id: TensorId): Tensor {
    return this.builder.tensor(id);
  }

  constant(name: string, type: TensorType, data: Uint8Array): TensorId {
    return this.builder.addTensor(name, type, data);
  }

  emit<Attrs>(
    op: Op<Attrs>,
    attrs: NoInfer<Attrs>,
    inputs: readonly (TensorId | undefined)[],
    outputs?: readonly Omit<TensorType, 'shape'>[],
  ): TensorId[] {
    const operands = inputs.map((id) => (id === undefined ? undefined : this.tensor(id)));
    const types = outputs ?? [typeOf(operands[0]!)];
    const shapes = outputShapes(op, attrs, operands, types.length);
    const absurd = shapes.find(isAbsurd);
    if (absurd)
      throw new Unsupported(`its output would have the absurd shape [${absurd.join(',')}]`);
    // What has no elements is known without computing anything.
    if (shapes.every((shape) => shape.includes(0)))
      return types.map((type, i) =>
        this.constant(this.origin.name, { ...type, shape: shapes[i]! }, new Uint8Array()),
      );
    const ids = types.map((type, i) =>
      this.builder.addTensor(this.origin.name, { ...type, shape: shapes[i]! }),
    );
    const node: Node = { op: op.name, attrs, inputs, outputs: ids, origin: this.origin };
    const reason = rejectTypes(op, typedNode(this.builder, node));
    if (reason) throw new Unsupported(reason);
    if (foldNode(node, this.builder, this.budget)) return ids;
    spendConstants(node, this.builder, this.budget);
    this.#operands += inputs.length;
    if (this.#operands > MOST_OPERANDS)
      throw new Unsupported(
        `the model up to it becomes operators with more than ${MOST_OPERANDS} operands`,
      );
    this.builder.nodes.push(node);
    for (const id of ids) this.#writers.set(id, node);
    for (const id of inputs) if (id !== undefined) this.#reads.set(id, this.#readsOf(id) + 1);
    return ids;
  }

  /** Tells that a value which lies in a tensor is read so often. */
  bind(id: TensorId, uses: number): void {
    this.#uses.set(id, (this.#uses.get(id) ?? 0) + uses);
  }

  onlyReader(id: TensorId): Node | undefined {
    const once = this.#uses.get(id) === 1 && this.#readsOf(id) === 0;
    return once ? this.#writers.get(id) : undefined;
  }

  reserve(elements: number): number {
    if (!Number.isSafeInteger(elements) || elements < 0)
      throw new Unsupported(`it would make ${elements} elements`);
    spend(this.budget, elements, elements);
    return elements;
  }

  note(text: string): void {
    this.onNote(text);
  }

  #readsOf(id: TensorId): number {
    return this.#reads.get(id) ?? 0;
  }
}

function typeOf({ dtype, quant }: Tensor): Omit<TensorType, 'shape'> {
  return { dtype, ...(quant && { quant }) };
}
