import { describe, expect, it } from 'vitest';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { printGraph } from '../../src/ir/print.ts';
import { channelCount } from '../../src/ops/channels.ts';
import { rangesOf } from '../../src/passes/shrink/ranges.ts';
import { describeRemoval } from '../../src/passes/shrink/removals.ts';
import { shrink } from '../../src/passes/shrink/shrink.ts';
import { verifyPass } from '../../src/passes/verify.ts';
import type { Graph } from '../../src/ir/types.ts';
import { Random } from '../../src/support/random.ts';
import { testModel } from '../../src/workflow/test-model.ts';
import { inputBytes } from '../support/cases.ts';
import { plantedGraph } from '../support/planted-graphs.ts';
import { caseCount, SEED } from '../support/seeds.ts';

const COUNT = caseCount(100);
const FILLS = ['random', 'random', 'low', 'high'] as const;

console.log(`planted channels: seed ${SEED} (THIMBLE_SEED), ${COUNT} graphs (THIMBLE_CASES)`);

const planted = Array.from({ length: COUNT }, (_, i) => plantedGraph(SEED + i));

function inputsOf(graph: Graph): Uint8Array[] {
  const random = new Random(SEED);
  return FILLS.map((fill) => inputBytes(graph, random, fill));
}

it('graphs with planted channels give the same bytes without them', () => {
  for (const graph of planted) {
    const { graph: smaller } = shrink(verifyPass(graph, 'planting'));
    verifyPass(smaller, 'shrinking');
    const [before, after] = [new Interpreter(graph), new Interpreter(smaller)];
    for (const input of inputsOf(graph))
      expect(after.runBytes(input), printGraph(graph)).toEqual(before.runBytes(input));
    expect(printGraph(shrink(smaller).graph), 'once more').toBe(printGraph(smaller));
  }
});

it('nothing leaves the ranges that are said of it', () => {
  for (const graph of planted) {
    const ranges = rangesOf(graph);
    for (const input of inputsOf(graph))
      new Interpreter(graph).runBytes(input, (id, { type, data }) => {
        const found = ranges.get(id);
        if (!found) return;
        const channels = channelCount(type);
        const outside = Array.from(data as Int8Array).findIndex(
          (x, i) => x < found.low[i % channels]! || x > found.high[i % channels]!,
        );
        expect(outside, `%${id} of\n${printGraph(graph)}`).toBe(-1);
      });
  }
});

it('channels go through every operator that can hand them on', () => {
  const narrowed = new Set<string>();
  for (const graph of planted) {
    const widths = (each: Graph) =>
      new Map(
        each.nodes.map(({ op, outputs, origin }) => [
          `${op} ${origin.operator}`,
          channelCount(each.tensors.get(outputs[0]!)!),
        ]),
      );
    const before = widths(graph);
    for (const [name, width] of widths(shrink(graph).graph))
      if (width < before.get(name)!) narrowed.add(name.split(' ')[0]!);
  }
  expect([...narrowed].sort()).toEqual(
    [
      ...['add', 'average_pool', 'concat', 'conv2d', 'dense', 'space_to_depth'],
      ...['depthwise_conv2d', 'max_pool', 'mean', 'mul', 'pad', 'quantize', 'relu', 'reshape'],
      ...['resize_bilinear', 'resize_nearest', 'slice', 'split', 'transpose'],
    ].sort(),
  );
});

describe('what went is told', () => {
  it('layer by layer', () => {
    const removed = planted.flatMap((graph) => shrink(graph).removed);
    expect(removed.length).toBeGreaterThan(COUNT);
    for (const { channels, zero, constant, unread } of removed) {
      const gone = zero + constant + unread;
      expect(gone).toBeGreaterThan(0);
      expect(gone).toBeLessThanOrEqual(channels);
    }
  });

  it('in words', () => {
    const layer = { op: 'x', name: 'x', channels: 128, zero: 109, constant: 0, unread: 0 };
    expect(describeRemoval(layer)).toBe('109 of 128 channels never leave 0');
    expect(describeRemoval({ ...layer, zero: 0, constant: 1, unread: 2 })).toBe(
      '1 of 128 channels is always the same, 2 are read by nobody',
    );
  });
});

it('a run is judged by the graph that has all channels, layer by layer by the one that ran', async () => {
  const graph = planted.find((each) => shrink(each).removed.length > 2)!;
  const vectors = inputsOf(graph).map((input, i) => ({ name: String(i), input }));
  const model = { name: 'planted', source: 'planted', bytes: new Uint8Array(), graph };
  const result = await testModel({ model, where: 'host', vectors, layers: true });
  expect(result.passed).toBe(true);
  const { program } = result.execution!;
  expect(program.model).toBe(graph);
  expect(program.graph.nodes.length).toBeLessThanOrEqual(graph.nodes.length);
  expect(program.removed.length).toBeGreaterThan(2);
  const whole = await testModel({ model, where: 'host', vectors, options: { shrink: false } });
  expect(whole.passed).toBe(true);
  expect(whole.execution!.program.graph).toBe(graph);
});
