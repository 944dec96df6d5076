import { byteLength } from '../ir/types.ts';
import type { Tensor, TensorId } from '../ir/types.ts';
import { tensorOf } from '../ir/graph.ts';
import type { Candidate, Candidates } from '../lower/lower.ts';

/** What a search has to know of tensors to weigh the bytes of plans before they are made. */
export interface Liveness {
  /** Bytes of tensors made before a step and read by it or later. */
  readonly before: readonly number[];
  /** The last step that reads a tensor, or the same memory under another shape; the caller is one more. */
  lastRead(tensor: Tensor): number;
  /** Whether a tensor has bytes in the arena that a later one may take: no constant, no state. */
  isFree(tensor: Tensor): boolean;
}

/** `fed`: the input comes row by row: only a ring of it is there, which is not counted here. */
export function livenessOf({ graph, steps }: Candidates, fed: boolean): Liveness {
  const roots = new Map<TensorId, TensorId>();
  const rootOf = (id: TensorId) => roots.get(id) ?? id;
  const last = new Map<TensorId, number>();
  const read = (id: TensorId, step: number) => {
    last.set(rootOf(id), Math.max(last.get(rootOf(id)) ?? -1, step));
  };
  steps.forEach(({ node, candidates }, step) => {
    const [input] = node.inputs;
    if (candidates[0]!.kernel.alias && !input!.data)
      roots.set(node.outputs[0]!.id, rootOf(input!.id));
    for (const tensor of node.inputs) if (tensor) read(tensor.id, step);
  });
  for (const id of [...graph.outputs, ...graph.states.map(({ write }) => write)])
    read(id, steps.length);
  const kept = new Set(graph.states.map((state) => state.read));
  const made: [Tensor, number][] = [
    ...(fed ? [] : graph.inputs.map((id): [Tensor, number] => [tensorOf(graph, id), -1])),
    ...steps.flatMap(({ node }, step) =>
      node.outputs.map((tensor): [Tensor, number] => [tensor, step]),
    ),
  ].filter(([{ id }]) => rootOf(id) === id);
  const change = new Float64Array(steps.length + 2);
  for (const [tensor, step] of made) {
    const end = Math.max(step, last.get(tensor.id) ?? step);
    change[step + 1]! += byteLength(tensor);
    change[end + 1]! -= byteLength(tensor);
  }
  let alive = 0;
  const before = steps.map((_, at) => (alive += change[at]!));
  return {
    before,
    lastRead: ({ id }) => last.get(rootOf(id)) ?? -1,
    isFree: ({ id, data }) => !data && !kept.has(rootOf(id)),
  };
}

/** Bytes that a step adds to those alive before it when it is computed as a whole. */
export function wholeBytes(
  { node }: Candidates['steps'][number],
  { kernel, cost }: Candidate,
  step: number,
  live: Liveness,
): number {
  const [output] = node.outputs;
  const takes = kernel.inPlace?.some((i) => {
    const input = node.inputs[i];
    if (!input || !live.isFree(input) || live.lastRead(input) !== step) return false;
    const others = node.inputs.filter((tensor, j) => j !== i && tensor?.id === input.id);
    return (
      others.length === 0 &&
      byteLength(input) === byteLength(output!) &&
      input.shape.join() === output!.shape.join()
    );
  });
  const own = kernel.alias || takes ? 0 : byteLength(output!);
  const others = node.outputs.slice(1).reduce((sum, tensor) => sum + byteLength(tensor), 0);
  return own + others + cost.scratchBytes;
}
