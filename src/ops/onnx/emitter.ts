import type { Tensor, TensorId, TensorType } from '../../ir/types.ts';
import type { Node } from '../../ir/types.ts';
import type { Op } from '../op.ts';

/** What readers of ONNX operators build the graph with. */
export interface Emitter {
  tensor(id: TensorId): Tensor;
  constant(name: string, type: TensorType, data: Uint8Array): TensorId;
  /**
   * Adds a node, or its results where all that it reads is constant. The outputs have the type of the
   * first input unless `outputs` says otherwise. Throws Unsupported where the operator refuses it.
   */
  emit<Attrs>(
    op: Op<Attrs>,
    attrs: NoInfer<Attrs>,
    inputs: readonly (TensorId | undefined)[],
    outputs?: readonly Omit<TensorType, 'shape'>[],
  ): TensorId[];
  /** The node that writes a tensor, if nothing else will ever read it: it may become a part of its reader. */
  onlyReader(id: TensorId): Node | undefined;
  /** As many elements of a constant, if that is not too much. Throws Unsupported. */
  reserve(elements: number): number;
  /** Tells the user something that is no error. */
  note(text: string): void;
}
