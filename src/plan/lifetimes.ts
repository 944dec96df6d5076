import type { State, Tensor, TensorId } from '../ir/types.ts';
import { byteLength, sameShape } from '../ir/types.ts';
import { tensorOf } from '../ir/graph.ts';
import type { Schedule, Step } from '../lower/schedule.ts';
import type { Trail } from './rings.ts';
import { stepsOf } from './segments.ts';
import type { Segment } from './segments.ts';
import { stateTensors } from './states.ts';

/** Memory that one or more tensors share, alive from step `first` to step `last`, both included. */
export interface Buffer {
  readonly name: string;
  readonly tensors: readonly TensorId[];
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
  /** Set for working memory: the steps that use it. */
  readonly scratchOf?: readonly number[];
  /** Set for memory that lasts from one inference to the next: the state that it keeps. */
  readonly state?: State;
  /** Inputs that it may begin so many bytes before, though both are alive at once. */
  readonly behind?: readonly Pick<Trail, 'input' | 'bytes'>[];
}

/** Bytes from the start of a buffer to the start of one that lies above it, at least. */
export function clearance(low: Buffer, high: Buffer): number {
  if (!low.behind) return low.bytes;
  const trail = low.behind.find(({ input }) => high.tensors.includes(input));
  return trail ? trail.bytes : low.bytes;
}

/**
 * The buffers of a schedule. Inputs live from step -1 on, outputs to one step after the last; what
 * a segment touches lives as long as the segment. A tensor shares the buffer of the input that its
 * kernel takes over: under another shape, or in place when nothing reads that input later. A state
 * has memory that no other tensor gets, except its next value, once nothing reads the one before.
 */
export function findBuffers(schedule: Schedule, segments: readonly Segment[]): Buffer[] {
  const { graph } = schedule;
  const lastUse = lastUses(schedule, segments);
  const life = new Map<TensorId, Life>();
  const join = (memory: Life, tensor: Tensor, step: number) => {
    memory.members.push(tensor);
    memory.last = Math.max(memory.last, lastUse.get(tensor.id) ?? step);
    life.set(tensor.id, memory);
  };
  const open = (tensor: Tensor, bytes: number, first: number, last = first) =>
    join({ name: tensor.name, members: [], bytes, first, last }, tensor, first);
  const [start] = segments;
  for (const id of graph.inputs)
    open(tensorOf(graph, id), start ? bytesHeld(start, tensorOf(graph, id)) : 0, -1);
  const { loaded, nextOf } = stateTensors(schedule);
  const kept = new Map<State, Life>();
  for (const state of graph.states) {
    const tensor = tensorOf(graph, state.read);
    const bytes = byteLength(tensor);
    const memory = { name: tensor.name, members: [], bytes, first: -1, last: -1, state };
    kept.set(state, memory);
    if (loaded.has(state)) open(tensor, bytes, -1);
    else join(memory, tensor, -1);
  }
  for (const segment of segments) {
    const first = stepsOf(segment)[0]!.index;
    const last = stepsOf(segment).at(-1)!.index;
    for (const step of stepsOf(segment)) {
      step.node.outputs.forEach((output, i) => {
        const memory = kept.get(nextOf.get(output.id)!);
        if (memory && mayKeep(memory, segment, output)) {
          join(memory, output, last);
          return;
        }
        const inPlace = i === 0 && segment.kind === 'whole';
        const host = inPlace ? findHost(step, (id) => life.get(id)) : undefined;
        if (host === undefined) {
          open(output, bytesHeld(segment, output), first, last);
          return;
        }
        const shared = life.get(host)!;
        shared.bytes = Math.max(shared.bytes, byteLength(output));
        join(shared, output, last);
      });
    }
  }
  const buffers = [...new Set([...life.values(), ...kept.values()])].map(
    ({ name, members, bytes, first, last, state }): Buffer => ({
      ...{ name, tensors: members.map(({ id }) => id), bytes, first },
      ...(state ? { last: schedule.steps.length, state } : { last }),
    }),
  );
  return [...withTrails(buffers, segments), ...segments.flatMap(scratchOf)];
}

// An output may trail an input that ends with its segment.
function withTrails(buffers: readonly Buffer[], segments: readonly Segment[]): Buffer[] {
  const beginning = new Map(segments.map((segment) => [stepsOf(segment)[0]!.index, segment]));
  return buffers.map((buffer) => {
    const segment = beginning.get(buffer.first);
    if (segment?.kind !== 'rows' || buffer.state) return buffer;
    const last = stepsOf(segment).at(-1)!.index;
    const ends = (id: TensorId) =>
      buffers.some((other) => other.tensors.includes(id) && other.last === last && !other.state);
    const behind = segment.trails.filter(
      ({ output, input }) => buffer.tensors[0] === output && ends(input),
    );
    return behind.length > 0 ? { ...buffer, behind } : buffer;
  });
}

interface Life {
  readonly name: string;
  readonly members: Tensor[];
  bytes: number;
  readonly first: number;
  last: number;
  readonly state?: State;
}

// Whether a state's next value can be written where the state is: nothing reads that any more, or
// only the kernel that writes it, which can do so in place.
function mayKeep({ members, last }: Life, segment: Segment, next: Tensor): boolean {
  if (last < stepsOf(segment)[0]!.index) return true;
  if (segment.kind !== 'whole' || last > segment.step.index) return false;
  const { node, kernel } = segment.step;
  const read = node.inputs.flatMap((tensor, i) =>
    tensor && members.some(({ id }) => id === tensor.id) ? i : [],
  );
  const [only = -1, ...others] = read;
  const output = node.outputs.indexOf(next);
  const inPlace = output === 0 && (kernel.inPlace?.includes(only) ?? false);
  const updated = kernel.updates?.some((each) => each.output === output && each.input === only);
  const may = inPlace || (updated ?? false);
  return may && others.length === 0 && sameShape(node.inputs[only]!.shape, next.shape);
}

function bytesHeld(segment: Segment, tensor: Tensor): number {
  const rows = segment.kind === 'rows' ? segment.rings.get(tensor.id) : undefined;
  return rows === undefined ? byteLength(tensor) : (byteLength(tensor) / tensor.shape[1]!) * rows;
}

// The steps of a segment use working memory one after the other: they share it.
function scratchOf(segment: Segment): Buffer[] {
  const users = stepsOf(segment).filter(({ cost }) => cost.scratchBytes > 0);
  if (users.length === 0) return [];
  const steps = stepsOf(segment);
  return [
    {
      name: `scratch of step ${users.map(({ index }) => index).join(', ')}`,
      tensors: [],
      bytes: Math.max(...users.map(({ cost }) => cost.scratchBytes)),
      first: steps[0]!.index,
      last: steps.at(-1)!.index,
      scratchOf: users.map(({ index }) => index),
    },
  ];
}

// The input whose memory the first output takes.
function findHost(
  { node, kernel, index }: Step,
  lifeOf: (id: TensorId) => Life | undefined,
): TensorId | undefined {
  const output = node.outputs[0]!;
  if (kernel.alias) {
    const input = node.inputs[0]!;
    return input.data ? undefined : input.id;
  }
  const taken = kernel.inPlace?.find((i) => {
    const input = node.inputs[i];
    const memory = input && !input.data ? lifeOf(input.id) : undefined;
    if (!input || !memory || memory.state || memory.last !== index) return false;
    const others = node.inputs.filter((tensor, j) => j !== i && tensor?.id === input.id);
    const fits = byteLength(input) === byteLength(output) && sameShape(input.shape, output.shape);
    return fits && others.length === 0;
  });
  return taken === undefined ? undefined : node.inputs[taken]!.id;
}

function lastUses({ graph, steps }: Schedule, segments: readonly Segment[]): Map<TensorId, number> {
  const last = new Map<TensorId, number>();
  for (const segment of segments) {
    const end = stepsOf(segment).at(-1)!.index;
    for (const { node } of stepsOf(segment))
      for (const tensor of node.inputs) if (tensor) last.set(tensor.id, end);
  }
  for (const id of graph.outputs) last.set(id, steps.length);
  for (const { write } of graph.states) last.set(write, steps.length);
  return last;
}
