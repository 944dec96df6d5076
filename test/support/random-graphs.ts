import fc from 'fast-check';
import { GraphBuilder } from '../../src/ir/graph.ts';
import { printGraph, printType } from '../../src/ir/print.ts';
import type {
  Graph,
  Node,
  State,
  Tensor,
  TensorId,
  TensorType,
  TypedNode,
} from '../../src/ir/types.ts';
import { byteLength, elements } from '../../src/ir/types.ts';
import { rejectNode } from '../../src/ops/check-node.ts';
import { opOf, OPS } from '../../src/ops/index.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { Random } from '../../src/support/random.ts';
import { MAKERS } from '../ops/makers.ts';
import { float32, int8 } from './cases.ts';
import type { CaseTensor, OpCase } from './cases.ts';

/** What a random graph grows from: smaller recipes make smaller graphs, so that failures shrink. */
interface Recipe {
  readonly sources: readonly { readonly rank: number; readonly seed: number }[];
  readonly steps: readonly {
    readonly op: string;
    readonly seed: number;
    /** Which tensor it reads first, counted from the newest one. */
    readonly from: number;
  }[];
  /** Decides which tensors are outputs, and which are states. */
  readonly seed: number;
}

// Half of the operators are those that passes look for: by chance alone they seldom meet.
const FUSED = ['pad', 'conv2d', 'depthwise_conv2d', 'relu'];
const MAX_ELEMENTS = 1500;

const names = OPS.map(({ name }) => name);
const recipes: fc.Arbitrary<Recipe> = fc.record({
  sources: fc.array(
    fc.record({ rank: fc.oneof(fc.constant(4), fc.integer({ min: 0, max: 6 })), seed: fc.nat() }),
    { minLength: 1, maxLength: 3 },
  ),
  steps: fc.array(
    fc.record({
      op: fc.oneof(fc.constantFrom(...names), fc.constantFrom(...FUSED)),
      seed: fc.nat(),
      from: fc.oneof(fc.constant(0), fc.nat(12)),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  seed: fc.nat(),
});

/**
 * Graphs of all operators: fan-out, constants as operands, neighbours that disagree in scale and
 * zero point, several inputs and outputs, outputs that are read again, dead nodes, ranks 0 to 6,
 * states that follow nodes, inputs and one another.
 * What fails is shown as text.
 */
export const graphs: fc.Arbitrary<Graph> = recipes.map((recipe) => {
  const graph = grow(recipe);
  return Object.defineProperty(graph, fc.toStringMethod, { value: () => `\n${printGraph(graph)}` });
});

/** `count` graphs of one seed. */
export function sampleGraphs(seed: number, count: number): Graph[] {
  return fc.sample(graphs, { seed, numRuns: count });
}

function grow({ sources, steps, seed }: Recipe): Graph {
  const builder = new GraphBuilder();
  const pool = sources.map((source) => addSource(builder, source));
  for (const step of steps) pool.push(...addStep(builder, pool, step));
  const random = new Random(seed);
  const leaves = pool.filter((id) => !builder.tensor(id).data && !isWritten(builder, id));
  const outputs = pickOutputs(builder, random);
  builder.states = random.chance(0.5) ? pickStates(builder, leaves, random) : [];
  const reads = builder.states.map(({ read }) => read);
  return builder.finish(
    'random',
    leaves.filter((id) => !reads.includes(id)),
    [...outputs, ...reads.filter(() => random.chance(0.15))],
  );
}

function addSource(builder: GraphBuilder, { rank, seed }: Recipe['sources'][0]): TensorId {
  const random = new Random(seed);
  const most = [1, 60, 12, 8, 7, 4, 3][rank]!;
  const shape = Array.from({ length: rank }, () => random.int(1, most));
  const moved = { dtype: random.pick(['int32', 'uint8', 'int64', 'int16'] as const), shape };
  const type = random.chance(0.1)
    ? moved
    : random.pick([int8(random, shape), int8(random, shape), float32(shape)]);
  return addLeaf(builder, type, random);
}

// A tensor that no node writes: an input of the graph, or now and then a constant.
function addLeaf(builder: GraphBuilder, { data, ...type }: CaseTensor, random: Random): TensorId {
  const name = `leaf ${builder.tensors.size} "${random.int(0, 9)}"`;
  const contents = data ?? (random.chance(0.15) ? randomBytes(type, random) : undefined);
  return builder.addTensor(name, type, contents);
}

/** Tensors that a step adds to the pool: its outputs, and inputs that nothing wrote before. */
function addStep(
  builder: GraphBuilder,
  pool: readonly TensorId[],
  { op, seed, from }: Recipe['steps'][0],
): TensorId[] {
  const random = new Random(seed);
  for (let attempt = 0; attempt < 6; attempt++) {
    const given = builder.tensor(pool[pool.length - 1 - ((from + attempt) % pool.length)]!);
    const made = MAKERS[op]!(random, given);
    const added = addCase(builder, { made, given, pool, random });
    if (added) return added;
  }
  return [];
}

interface Draft {
  readonly made: OpCase;
  readonly given: Tensor;
  readonly pool: readonly TensorId[];
  readonly random: Random;
}

// The node of a case; undefined, and nothing added, where its operator refuses it.
function addCase(builder: GraphBuilder, { made, given, pool, random }: Draft) {
  const inputs = made.inputs.map((wanted) => {
    if (!wanted || wanted === given) return wanted;
    const alike = pool.map((id) => builder.tensor(id)).filter((tensor) => fits(tensor, wanted));
    return !wanted.data && alike.length > 0 && random.chance(0.7) ? random.pick(alike) : wanted;
  });
  const shapes = shapesOf(made, inputs);
  if (!shapes) return undefined;
  const outputs = made.outputs.map((type, i) => ({ ...type, shape: shapes[i]! }));
  const named = (type: CaseTensor): Tensor => ({ id: -1, name: '', ...type });
  const origin = { file: 'random', operator: builder.nodes.length, name: made.op };
  const typed = {
    ...{ op: made.op, attrs: made.attrs, origin },
    inputs: inputs.map((type) => type && named(type)),
    outputs: outputs.map(named),
  };
  const large = outputs.some((type) => elements(type) > MAX_ELEMENTS);
  if (large || rejectNode(typed) !== undefined || isFolded(typed)) return undefined;
  const leaves: TensorId[] = [];
  const ids = inputs.map((type) => {
    if (!type || 'id' in type) return (type as Tensor | undefined)?.id;
    const id = addLeaf(builder, type, random);
    if (!type.data) leaves.push(id);
    return id;
  });
  const results = outputs.map((type, i) =>
    builder.addTensor(`${made.op} ${origin.operator}.${i}`, type),
  );
  builder.nodes.push({ op: made.op, attrs: made.attrs, origin, inputs: ids, outputs: results });
  return [...leaves, ...results];
}

function fits(tensor: Tensor, wanted: CaseTensor): boolean {
  return tensor.dtype === wanted.dtype && String(tensor.shape) === String(wanted.shape);
}

function shapesOf({ op, attrs }: OpCase, inputs: readonly (CaseTensor | undefined)[]) {
  try {
    return opOf(op).inferShapes(attrs, inputs);
  } catch {
    return undefined;
  }
}

// Reshaped constants have no kernel: import folds them.
function isFolded({ op, inputs }: Pick<TypedNode, 'op' | 'inputs'>): boolean {
  return op === 'reshape' && inputs[0]!.data !== undefined;
}

function isWritten({ nodes }: { readonly nodes: readonly Node[] }, id: TensorId): boolean {
  return nodes.some(({ outputs }) => outputs.includes(id));
}

// Most of the tensors that nothing reads, some of those that something does; at least one.
function pickOutputs(builder: GraphBuilder, random: Random): TensorId[] {
  const read = new Set(builder.nodes.flatMap(({ inputs }) => inputs));
  const written = builder.nodes.flatMap(({ outputs }) => outputs);
  const picked = written.filter((id) => random.chance(read.has(id) ? 0.15 : 0.85));
  return picked.length > 0 ? picked : written.slice(-1);
}

// Leaves that a tensor of their type can follow; int8 ones are requantized where only scales differ.
function pickStates(builder: GraphBuilder, leaves: readonly TensorId[], random: Random): State[] {
  return leaves.flatMap((read) => {
    const state = builder.tensor(read);
    const all = [...builder.tensors.values()].filter((each) => !each.data && fits(each, state));
    const alike = all.filter((each) => printType(each) === printType(state));
    const written = alike.filter(({ id }) => isWritten(builder, id));
    const unlike = all.filter((each) => !alike.includes(each));
    if (random.chance(0.4)) return [];
    const next = random.pick(written.length > 0 && random.chance(0.8) ? written : alike);
    const requantized = state.dtype === 'int8' && unlike.length > 0 && random.chance(0.7);
    const write = requantized ? requantize(builder, random.pick(unlike), state) : next.id;
    return { read, write, ...(random.chance(0.5) && { initial: randomBytes(state, random) }) };
  });
}

function requantize(builder: GraphBuilder, from: Tensor, { shape, quant }: Tensor): TensorId {
  const operator = builder.nodes.length;
  const to = builder.addTensor(`next ${operator}`, { dtype: 'int8', shape, quant: quant! });
  builder.nodes.push({
    ...{ op: 'quantize', attrs: { rounding: 'double' }, inputs: [from.id], outputs: [to] },
    origin: { file: 'random', operator, name: 'next' },
  });
  return to;
}

function randomBytes(type: TensorType, random: Random): Uint8Array {
  if (type.dtype === 'float32')
    return bytesOf(Float32Array.from({ length: elements(type) }, () => random.real(-2, 2)));
  return Uint8Array.from({ length: byteLength(type) }, () => random.int(0, 255));
}
