import type { Schedule, Step } from '../lower/lower.ts';
import type { Tensor, TensorId } from '../ir/types.ts';
import { byteLength, sameShape } from '../ir/types.ts';
import { tensorOf } from '../ir/graph.ts';

/** Memory that one or more tensors share, alive from step `first` to step `last`, both included. */
export interface Buffer {
  readonly name: string;
  readonly tensors: readonly TensorId[];
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
  /** Set for the working memory of a step. */
  readonly scratchOf?: number;
}

/**
 * The buffers of a schedule. Inputs live from step -1 on, outputs to one step after the last.
 * A tensor shares the buffer of the input that its kernel takes over: under another shape, or in
 * place when nothing reads that input later.
 */
export function findBuffers(schedule: Schedule): Buffer[] {
  const { graph, steps } = schedule;
  const lastUse = lastUses(schedule);
  const rootOf = new Map<TensorId, TensorId>();
  const root = (id: TensorId): TensorId => rootOf.get(id) ?? id;
  const life = new Map<TensorId, { members: Tensor[]; first: number; last: number }>();
  const open = (tensor: Tensor, first: number) =>
    life.set(tensor.id, { members: [tensor], first, last: lastUse.get(tensor.id) ?? first });
  for (const id of graph.inputs) open(tensorOf(graph, id), -1);
  for (const step of steps) {
    step.node.outputs.forEach((output, i) => {
      const host = i === 0 ? findHost(step, (id) => life.get(root(id))) : undefined;
      if (host === undefined) {
        open(output, step.index);
        return;
      }
      rootOf.set(output.id, root(host));
      const shared = life.get(root(host))!;
      shared.members.push(output);
      shared.last = Math.max(shared.last, lastUse.get(output.id) ?? step.index);
    });
  }
  const buffers: Buffer[] = [...life.values()].map(({ members, first, last }) => ({
    name: members[0]!.name,
    tensors: members.map(({ id }) => id),
    bytes: Math.max(...members.map(byteLength)),
    first,
    last,
  }));
  for (const { index, code } of steps) {
    if (code.scratchBytes === 0) continue;
    const name = `scratch of step ${index}`;
    buffers.push({
      name,
      tensors: [],
      bytes: code.scratchBytes,
      first: index,
      last: index,
      scratchOf: index,
    });
  }
  return buffers;
}

// The input whose memory the first output takes.
function findHost(
  { node, kernel, index }: Step,
  lifeOf: (id: TensorId) => { readonly last: number } | undefined,
): TensorId | undefined {
  const output = node.outputs[0]!;
  if (kernel.alias) {
    const input = node.inputs[0]!;
    return input.data ? undefined : input.id;
  }
  const taken = kernel.inPlace?.find((i) => {
    const input = node.inputs[i];
    if (!input || input.data || lifeOf(input.id)?.last !== index) return false;
    const others = node.inputs.filter((tensor, j) => j !== i && tensor?.id === input.id);
    const fits = byteLength(input) === byteLength(output) && sameShape(input.shape, output.shape);
    return fits && others.length === 0;
  });
  return taken === undefined ? undefined : node.inputs[taken]!.id;
}

function lastUses({ graph, steps }: Schedule): Map<TensorId, number> {
  const last = new Map<TensorId, number>();
  for (const { node, index } of steps) {
    for (const tensor of node.inputs) if (tensor) last.set(tensor.id, index);
  }
  for (const id of graph.outputs) last.set(id, steps.length);
  return last;
}
