import type {
  ThimbleModel,
  ThimbleNode,
  ThimbleTensor,
} from '../../src/formats/thimble/records.ts';
import type { Random } from '../../src/support/random.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type State = { read?: number; write?: number; initial?: Uint8Array };
type Changed = {
  -readonly [K in keyof ThimbleModel]: ThimbleModel[K] extends readonly (infer T)[]
    ? Writable<T>[]
    : ThimbleModel[K];
} & { states: State[] };

const NUMBERS = [-(2 ** 31), -3, -1, -0.5, 0, 0.5, 1, 2, 3, 5, 127, 4096, 2 ** 31, 2 ** 53, 1e300];
const OTHERS = [null, true, 'none', 'x', 'Infinity', '-Infinity', '-0', [], [1], [[1]], {}, [null]];
const SIZES = [0, 1, 2, 3, 4, 5, 7, 64, 4096, 2 ** 31];
const DTYPES = ['int8', 'uint8', 'int16', 'int32', 'int64', 'float16', 'float32', 'bool', 'int4'];
const SCALES = [0, -1, NaN, Infinity, 1e-45, 1e-30, 0.5, 1, 3e38];
const KEYS = ['axis', 'kernel', 'padding', 'activation', '__proto__', 'constructor', 'length'];

type Change = (model: Changed, random: Random) => void;

/** The model with a few of its fields changed, and a right checksum: what a careless program could write. */
export function mutateThimble(model: ThimbleModel, random: Random): ThimbleModel {
  const changed = structuredClone({ states: [], ...model }) as unknown as Changed;
  for (let n = random.pick([1, 1, 1, 2, 3]); n > 0; n--)
    random.pick(random.chance(0.6) ? MILD : CHANGES)(changed, random);
  return changed;
}

/** What may leave a model right, though another one. */
const MILD: readonly Change[] = [
  ({ nodes }, random) =>
    withOne(nodes, random, (node) => {
      const attributes = JSON.parse(node.attributes) as unknown;
      node.attributes = JSON.stringify(mildlyChanged(attributes, random));
    }),
  ({ tensors }, random) =>
    withOne(tensors, random, (tensor) => {
      const bytes = (byte: number) => (random.chance(0.2) ? random.int(0, 255) : byte);
      if (tensor.data) tensor.data = tensor.data.map(bytes);
    }),
  ({ tensors }, random) =>
    withOne(tensors, random, (tensor) => {
      const { quantization } = tensor;
      if (!quantization) return;
      const scales = quantization.scales.map((scale) => scale * random.real(0.2, 3));
      const zero_points = quantization.zero_points.map((zero) => zero + random.int(-2, 2));
      tensor.quantization = { ...quantization, scales, zero_points };
    }),
  (model, random) =>
    withOne(model.nodes, random, (node) => {
      const alike = model.nodes.filter(({ inputs }) => inputs.length === node.inputs.length);
      node.op = random.pick(alike).op;
    }),
];

function mildlyChanged(value: unknown, random: Random): unknown {
  if (typeof value === 'number') return value + random.pick([-1, 1, 2]);
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value) as [string, unknown][];
  if (entries.length === 0) return value;
  const [key, inner] = random.pick(entries);
  const changed = mildlyChanged(inner, random);
  return Array.isArray(value)
    ? value.map((each: unknown, i) => (i === Number(key) ? changed : each))
    : { ...value, [key]: changed };
}

const CHANGES: readonly Change[] = [
  ({ nodes }, random) => withOne(nodes, random, (node) => changeAttributes(node, random)),
  (model, random) =>
    withOne(model.nodes, random, (node) => {
      const key = random.chance(0.7) ? 'inputs' : 'outputs';
      node[key] = changedList(node[key], random, () => anyId(model, random));
    }),
  (model, random) =>
    withOne(model.nodes, random, (node) => {
      node.op = random.chance(0.1) ? random.pick(KEYS) : random.pick(model.nodes).op;
    }),
  ({ nodes }, random) => void nodes.splice(random.int(0, nodes.length - 1), 1),
  ({ nodes }, random) =>
    withOne(nodes, random, (node) => {
      nodes.splice(random.int(0, nodes.length), 0, structuredClone(node));
    }),
  ({ tensors }, random) => withOne(tensors, random, (tensor) => changeTensor(tensor, random)),
  ({ tensors }, random) => withOne(tensors, random, (tensor) => changeTensor(tensor, random)),
  ({ tensors }, random) => void tensors.splice(random.int(0, tensors.length - 1), 1),
  (model, random) => {
    const key = random.chance(0.5) ? 'inputs' : 'outputs';
    model[key] = changedList(model[key], random, () => Math.max(0, anyId(model, random)));
  },
  (model, random) => {
    const state: State = { read: anyId(model, random), write: anyId(model, random) };
    if (random.chance(0.5)) state.initial = new Uint8Array(random.pick(SIZES.slice(0, 7)));
    model.states.push(state);
  },
];

function changeAttributes(node: Writable<ThimbleNode>, random: Random): void {
  const attributes = JSON.parse(node.attributes) as unknown;
  const changed = random.chance(0.1) ? anyValue(random) : changedValue(attributes, random);
  node.attributes = JSON.stringify(changed);
}

function changedValue(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.1)) return anyValue(random);
  if (Array.isArray(value)) return changedList(value as unknown[], random, () => anyValue(random));
  const entries = Object.entries(value) as [string, unknown][];
  if (entries.length === 0 || random.chance(0.1))
    return { ...value, [random.pick(KEYS)]: anyValue(random) };
  const [key, inner] = random.pick(entries);
  if (random.chance(0.15)) return Object.fromEntries(entries.filter(([name]) => name !== key));
  return { ...value, [key]: changedValue(inner, random) };
}

function anyValue(random: Random): unknown {
  return random.chance(0.6) ? random.pick(NUMBERS) : random.pick<unknown>(OTHERS);
}

function changeTensor(tensor: Writable<ThimbleTensor>, random: Random): void {
  const quantization = tensor.quantization ?? { scales: [0.5], zero_points: [0], axis: 0 };
  random.pick<() => void>([
    () => (tensor.shape = changedList(tensor.shape, random, () => random.pick(SIZES))),
    () => (tensor.dtype = random.pick(DTYPES)),
    () => (tensor.id = random.int(0, 9)),
    () => delete tensor.data,
    () => (tensor.data = new Uint8Array(random.pick(SIZES.slice(0, 9)))),
    () => delete tensor.quantization,
    () => {
      const scales = changedList(quantization.scales, random, () => random.pick(SCALES));
      tensor.quantization = { ...quantization, scales };
    },
    () => {
      const zeros = () => Math.trunc(Math.min(random.pick(NUMBERS), 2 ** 30));
      const zero_points = changedList(quantization.zero_points, random, zeros);
      tensor.quantization = { ...quantization, zero_points };
    },
    () => (tensor.quantization = { ...quantization, axis: random.int(0, 5) }),
    () => changeCodes(tensor, random),
    () => changeCodes(tensor, random),
  ])();
}

function changeCodes(tensor: Writable<ThimbleTensor>, random: Random): void {
  const codes = tensor.encoded ?? { values: tensor.data ?? new Uint8Array(64) };
  const damaged = (bytes: Uint8Array) => {
    const changed = bytes.slice(0, bytes.length - random.pick([0, 0, 0, 1, 4]));
    if (changed.length > 0) changed[random.int(0, changed.length - 1)] = random.int(0, 255);
    return changed;
  };
  tensor.encoded = {
    ...codes,
    values: damaged(codes.values),
    ...(codes.gaps && random.chance(0.5) && { gaps: damaged(codes.gaps) }),
    ...(random.chance(0.3) && { entries: random.pick(SIZES.slice(0, 9)) }),
  };
  if (random.chance(0.7)) delete tensor.data;
}

function changedList<T>(list: readonly T[], random: Random, make: () => T): T[] {
  const at = random.int(0, Math.max(0, list.length - 1));
  const changed = [...list];
  random.pick<() => void>([
    () => changed.splice(at, 1, make()),
    () => changed.splice(at, 1, make()),
    () => changed.splice(at, 1),
    () => changed.push(make()),
  ])();
  return changed;
}

function withOne<T>(list: T[], random: Random, change: (item: T) => void): void {
  if (list.length > 0) change(random.pick(list));
}

function anyId({ tensors }: Changed, random: Random): number {
  return random.chance(0.1) || tensors.length === 0
    ? random.pick([-1, 99999])
    : (random.pick(tensors).id ?? 0);
}
