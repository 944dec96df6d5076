import { GraphBuilder } from '../../src/ir/graph.ts';
import type { Graph, TensorId } from '../../src/ir/types.ts';
import { opOf } from '../../src/ops/index.ts';
import type { Run } from '../../src/plan/segments.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { Random } from '../../src/support/random.ts';
import {
  bias,
  float32,
  floatWeights,
  int16,
  int8,
  quantization,
  weights,
  wideQuantization,
} from './cases.ts';
import type { CaseTensor } from './cases.ts';

const OPS = ['conv2d', 'depthwise_conv2d', 'average_pool', 'max_pool'] as const;

/** For each chain, so many on signals: tensors of one column. */
const SIGNALS = 1 / 4;
/** And so many on planes of 16 bits. */
const WIDE = 1 / 4;

/**
 * Chains of operators with windows, side by side, some of them forked: each a run of steps. Inputs
 * have 5 to `most` rows.
 */
export function windowChains(
  random: Random,
  count: number,
  most = 14,
): { graph: Graph; runs: Run[] } {
  const builder = new GraphBuilder();
  const inputs: TensorId[] = [];
  const outputs: TensorId[] = [];
  const runs: Run[] = [];
  // Of their own: the graphs stay what they are.
  const turns = new Random(count);
  for (let chain = 0; chain < count * (1 + SIGNALS + WIDE); chain++) {
    const first = builder.nodes.length;
    const plane = [random.int(5, most), random.int(3, 9)] as const;
    const wide = chain >= count * (1 + SIGNALS);
    const isPlane = chain < count || wide;
    const shape = [1, plane[0], isPlane ? plane[1] : 1, random.pick([1, 2, 3, 4, 8, 12])];
    const float = random.chance(0.2);
    const narrow = float ? float32(shape) : int8(random, shape);
    const input = builder.addTensor(`in${chain}`, wide ? int16(random, shape) : narrow);
    inputs.push(input);
    let tensor = input;
    const length = random.int(1, 4);
    for (let i = 0; i < length; i++) {
      // Now and then a second reader, whose output leaves the run.
      if (i > 0 && random.chance(0.2)) outputs.push(addWindow(builder, random, tensor) ?? tensor);
      tensor = addWindow(builder, random, tensor) ?? tensor;
    }
    if (builder.nodes.length === first) tensor = addPool(builder, tensor);
    // Where rows are left, chains of floats and of 16 bits, and some others, end with rows left out.
    const kind = (['max_pool', 'average_pool'] as const)[chain % 2]!;
    if (builder.tensor(tensor).shape[1]! >= 3 && (float || wide || chain % 4 < 2))
      tensor = addPool(builder, tensor, kind, 2);
    outputs.push(tensor);
    const last = builder.nodes.length - 1;
    const granules = Array.from({ length: last + 1 - first }, () => turns.pick([1, 1, 2, 4]));
    runs.push({ first, last, granules });
  }
  return { graph: builder.finish('chains', inputs, [...new Set(outputs)]), runs };
}

// An operator on a tensor; undefined when its window is larger than the tensor.
function addWindow(builder: GraphBuilder, random: Random, from: TensorId): TensorId | undefined {
  const { shape, dtype, quant } = builder.tensor(from);
  const channels = shape[3]!;
  const op = random.pick(OPS);
  const pools = op.endsWith('pool');
  const window = random.pick([
    [1, 1],
    [3, 3],
    [3, 3],
    [random.int(1, 4), random.int(1, 5)],
  ]);
  const kernel = shape[2] === 1 ? [window[0]!, 1] : window;
  const reach = kernel.map((size) => size - 1);
  if (reach.some((size, axis) => size >= shape[axis + 1]!)) return undefined;
  const stride = random.pick([
    [1, 1],
    [1, 1],
    [2, 2],
    [random.int(1, 3), random.int(1, 2)],
  ]);
  // Often as much on both sides: then a stride of 1 keeps the shape.
  const half = reach.map((size) => size >> 1);
  const padding = random.chance(0.5)
    ? [...half, ...half]
    : [0, 1, 0, 1].map((axis) => random.int(0, reach[axis]!));
  const rounding =
    pools || dtype === 'int16' ? 'double' : random.pick(['double', 'double', 'float']);
  const attrs = { kernel, stride, dilation: [1, 1], padding, activation: 'none', rounding };
  const most = op === 'conv2d' ? random.int(1, 9) : channels;
  const constants: CaseTensor[] = pools
    ? []
    : dtype === 'float32'
      ? [
          floatWeights(random, weightShape(op, kernel, channels, most)),
          floatWeights(random, [most]),
        ]
      : [
          weights(random, weightShape(op, kernel, channels, most), op === 'conv2d' ? 0 : 3),
          (dtype === 'int16' ? longBias : bias)(random, most, 3000),
        ];
  const ids = constants.map((each, i) =>
    builder.addTensor(`c${builder.nodes.length}_${i}`, each, each.data),
  );
  const types = [builder.tensor(from), ...constants];
  const output = builder.addTensor(`t${builder.nodes.length}`, {
    dtype,
    shape: opOf(op).inferShapes(attrs, types)[0]!,
    ...(quant && {
      quant: pools ? quant : (dtype === 'int16' ? wideQuantization : quantization)(random),
    }),
  });
  addNode(builder, op, attrs, [from, ...ids], output);
  return output;
}

function longBias(random: Random, channels: number, most: number): CaseTensor {
  const data = BigInt64Array.from({ length: channels }, () => BigInt(random.int(-most, most)));
  return { dtype: 'int64', shape: [channels], data: bytesOf(data) };
}

function weightShape(op: string, kernel: readonly number[], channels: number, outputs: number) {
  return op === 'conv2d' ? [outputs, ...kernel, channels] : [1, ...kernel, channels];
}

function addPool(
  builder: GraphBuilder,
  from: TensorId,
  op = 'max_pool',
  dilation: 1 | 2 = 1,
): TensorId {
  const type = builder.tensor(from);
  const attrs = {
    ...{ kernel: [2, 1], stride: [dilation === 1 ? 2 : 1, 1], dilation: [dilation, 1] },
    ...{ padding: [0, 0, 0, 0], activation: 'none', rounding: 'double' },
  };
  const shape = opOf(op).inferShapes(attrs, [type])[0]!;
  const output = builder.addTensor(`t${builder.nodes.length}`, { ...type, shape });
  addNode(builder, op, attrs, [from], output);
  return output;
}

function addNode(
  builder: GraphBuilder,
  op: string,
  attrs: object,
  inputs: readonly TensorId[],
  output: TensorId,
): void {
  const operator = builder.nodes.length;
  const origin = { file: 'chains', operator, name: `${op}${operator}` };
  builder.nodes.push({ op, attrs, inputs, outputs: [output], origin });
}
