import type { Random } from '../../src/support/random.ts';
import type { OnnxMessage } from './onnx-writer.ts';

type Node = OnnxMessage['graph']['node'][number];
type Attribute = NonNullable<Node['attribute']>[number];
type Tensor = OnnxMessage['graph']['initializer'][number];

const NUMBERS = [-(2 ** 31), -4096, -3, -2, -1, 0, 1, 2, 3, 5, 127, 4096, 2 ** 31, 2 ** 53];
const REALS = [NaN, Infinity, -Infinity, -0, 0, 1e-45, 3e38, -1.5, 1];
const SIZES = [0, 1, 2, 3, 4, 5, 7, 64, 4096, 2 ** 31, -1];
const TYPES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 22, 99];
const OPSETS = [1, 5, 6, 7, 9, 10, 11, 13, 14, 18, 21, 24];
const NAMES = ['axis', 'axes', 'pads', 'perm', 'strides', 'kernel_shape', 'group', 'to', 'mode'];

/** The model with a few of its fields changed: what a careless exporter could have written. */
export function mutateOnnx(model: OnnxMessage, random: Random): OnnxMessage {
  const changed = structuredClone(model);
  for (let n = random.int(1, 3); n > 0; n--) random.pick(CHANGES)(changed, random);
  return changed;
}

const CHANGES: readonly ((model: OnnxMessage, random: Random) => void)[] = [
  ({ graph }, random) => withOne(graph.node, random, (node) => changeEdges(node, graph, random)),
  ({ graph }, random) => withOne(graph.node, random, (node) => changeAttributes(node, random)),
  ({ graph }, random) => withOne(graph.node, random, (node) => changeAttributes(node, random)),
  ({ graph }, random) => withOne(graph.initializer, random, (each) => changeTensor(each, random)),
  ({ graph }, random) => {
    const types = graph.node.map(({ op_type = '' }) => op_type);
    withOne(graph.node, random, (node) => (node.op_type = random.pick(types)));
  },
  ({ graph }, random) => {
    // A node twice: its outputs have two writers, unless they get names of their own.
    withOne(graph.node, random, (node) => {
      const output = random.chance(0.5) ? node.output : node.output?.map((name) => `${name}2`);
      graph.node.splice(random.int(0, graph.node.length), 0, { ...node, output });
    });
  },
  ({ graph }, random) => void graph.node.splice(random.int(0, graph.node.length - 1), 1),
  ({ graph }, random) => {
    withOne(graph.input, random, ({ type }) => {
      const tensor = type?.tensor_type;
      if (!tensor) return;
      if (random.chance(0.4)) tensor.elem_type = random.pick(TYPES);
      else changeList((tensor.shape ??= { dim: [] }).dim!, random, () => size(random));
    });
  },
  ({ graph }, random) => changeList(graph.output, random, () => ({ name: anyName(graph, random) })),
  (model, random) => {
    model.opset_import = [{ domain: '', version: random.pick(OPSETS) }];
  },
];

function size(random: Random) {
  return random.chance(0.1) ? { dim_param: 'N' } : { dim_value: random.pick(SIZES) };
}

function changeEdges(node: Node, graph: OnnxMessage['graph'], random: Random): void {
  const list = random.chance(0.8) ? (node.input ??= []) : (node.output ??= []);
  changeList(list, random, () => (random.chance(0.2) ? '' : anyName(graph, random)));
}

function changeAttributes(node: Node, random: Random): void {
  const attributes = (node.attribute ??= []);
  if (attributes.length === 0 || random.chance(0.2))
    attributes.push(attributeOf(random.pick(NAMES), random));
  else withOne(attributes, random, (each) => changeAttribute(each, random));
}

function changeAttribute(each: Attribute, random: Random): void {
  if (random.chance(0.15)) Object.assign(each, attributeOf(each.name ?? '', random));
  else if (each.type === 1) each.f = random.pick(REALS);
  else if (each.type === 2) each.i = random.pick(NUMBERS);
  else if (each.type === 3) each.s = Buffer.from(random.pick(['', 'SAME_UPPER', 'linear', 'x']));
  else if (each.type === 4 && each.t) changeTensor(each.t, random);
  else if (each.type === 6) changeList((each.floats ??= []), random, () => random.pick(REALS));
  else if (each.type === 7) changeList((each.ints ??= []), random, () => random.pick(NUMBERS));
}

function attributeOf(name: string, random: Random): Attribute {
  return random.pick<Attribute>([
    { name, type: 1, f: random.pick(REALS) },
    { name, type: 2, i: random.pick(NUMBERS) },
    { name, type: 3, s: Buffer.from('text') },
    { name, type: 7, ints: [random.pick(NUMBERS), random.pick(NUMBERS)] },
    { name, type: 5, g: {} },
  ]);
}

function changeTensor(tensor: Tensor, random: Random): void {
  const numbers = tensor.int64_data?.length ? tensor.int64_data : undefined;
  random.pick<() => void>([
    () => changeList((tensor.dims ??= []), random, () => random.pick(SIZES)),
    () => (tensor.data_type = random.pick(TYPES)),
    () => (tensor.dims = random.chance(0.5) ? tensor.dims?.slice(1) : [1, ...(tensor.dims ?? [])]),
    () => {
      const count = Math.max(1, numbers?.length ?? 1);
      const ints = Array.from({ length: count }, () => random.pick(NUMBERS));
      Object.assign(tensor, { dims: [count], data_type: 7, int64_data: ints });
      delete tensor.raw_data;
    },
    () => withOne(numbers ?? [], random, (_, i) => (numbers![i] = random.pick(NUMBERS))),
    () => {
      if (tensor.raw_data)
        tensor.raw_data = tensor.raw_data.map((byte) =>
          random.chance(0.2) ? random.int(0, 255) : byte,
        );
    },
    () => {
      Object.assign(tensor, { data_location: 1 });
      tensor.external_data = [{ key: 'location', value: random.pick(['/etc/passwd', 'w.bin']) }];
    },
  ])();
}

function changeList<T>(list: T[], random: Random, make: () => T): void {
  const at = random.int(0, Math.max(0, list.length - 1));
  random.pick<() => void>([
    () => list.splice(at, 1, make()),
    () => list.splice(at, 1, make()),
    () => list.splice(at, 1),
    () => list.push(make()),
  ])();
}

function withOne<T>(list: T[], random: Random, change: (item: T, index: number) => void): void {
  if (list.length === 0) return;
  const index = random.int(0, list.length - 1);
  change(list[index]!, index);
}

function anyName({ node, initializer, input }: OnnxMessage['graph'], random: Random): string {
  const names = [
    ...node.flatMap(({ output }) => output ?? []),
    ...[...initializer, ...input].map(({ name }) => name ?? ''),
  ];
  return random.chance(0.1) || names.length === 0 ? 'nobody' : random.pick(names);
}
