import { expect, it } from 'vitest';
import { storeInputs } from '../../src/compress/prune/store-inputs.ts';
import { constantValue, int8s } from '../../src/ir/values.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { Random } from '../../src/support/random.ts';
import { compressNetwork } from '../../src/train/compress-network.ts';
import { errorRate } from '../../src/train/evaluate.ts';
import { cosine, fit } from '../../src/train/fit.ts';
import { Network } from '../../src/train/network.ts';
import { adam, sgd } from '../../src/train/optimizer.ts';
import { storeTrained } from '../../src/workflow/store-trained.ts';
import { testModel } from '../../src/workflow/test-model.ts';
import { patternedExamples, patternNetwork, SIDE } from '../support/patterned-examples.ts';
import { SEED } from '../support/seeds.ts';

const turn = async () => {};
const train = patternedExamples(new Random(SEED), 1500);
const test = patternedExamples(new Random(SEED + 1), 500);
const floatsOf = (index: number) => {
  const picture = new Float32Array(SIDE * SIDE);
  test.read(index, picture);
  return bytesOf(picture);
};

it(`a small network is trained, pruned, shared and proven (seed ${SEED})`, async () => {
  const dense = await trained(SEED);
  const network = new Network(dense.toGraph(), 16);
  const stages = await compressNetwork(
    network,
    { train, test },
    {
      ...{ seed: SEED, rates: { prune: 2e-3, share: 4e-4 } },
      prune: { kept: 0.15, epochs: 10, until: 0.6 },
      share: { values: () => 8, epochs: 2 },
      distillation: { temperature: 3, share: 0.5 },
    },
    { turn, note: () => {} },
  );
  const [before, pruned, shared] = stages as [(typeof stages)[0], ...typeof stages];
  expect(before.error).toBeLessThan(0.05);
  expect(shared!.error).toBeLessThan(before.error + 0.05);
  const kept = pruned!.layers.reduce((sum, layer) => sum + layer.kept, 0);
  const weights = pruned!.layers.reduce((sum, layer) => sum + layer.weights, 0);
  expect(kept / weights).toBeCloseTo(0.15, 2);
  for (const { values } of shared!.layers) expect(values).toBeLessThanOrEqual(8);

  const inputs = Array.from({ length: 40 }, (_, i) => floatsOf(i));
  const options = { method: 'auto', io: 'int8', perLayer: true } as const;
  const stored = storeTrained(network.toGraph(), inputs, 'small', options);
  for (const { dtype, data, ...type } of stored.graph.tensors.values())
    if (dtype === 'int8' && data) {
      const values = int8s(constantValue({ dtype, data, ...type }));
      // Few and shared: in int8 as in float.
      expect(new Set(values).size).toBeLessThanOrEqual(9);
    }
  const model = { ...{ name: 'small', source: 'small' }, ...stored };
  const vectors = inputs.map((input, i) => ({
    name: String(i),
    input: storeInputs(stored.graph, input),
  }));
  const { passed, execution } = await testModel({ model, where: 'host', vectors });
  expect(passed).toBe(true);
  const wrong = execution!.outcome.outputs.filter((output, i) => {
    const scores = new Int8Array(output.buffer, output.byteOffset, output.length);
    return scores.indexOf(Math.max(...scores)) !== test.labels[i];
  });
  expect(wrong.length).toBeLessThan(8);
});

it('the same seed gives the same network, another seed another', async () => {
  const [one, two, other] = [await trained(3, 1), await trained(3, 1), await trained(4, 1)];
  const bytes = ({ parameters }: Network) => parameters.map(({ values }) => values.join());
  expect(bytes(two)).toEqual(bytes(one));
  expect(bytes(other)).not.toEqual(bytes(one));
});

it('gradient descent with momentum learns, too', async () => {
  const network = new Network(patternNetwork(new Random(SEED)), 16);
  await fit(network, train, {
    ...{ epochs: 6, seed: SEED, turn, rate: cosine(0.05) },
    optimizer: sgd(network.engine, network.parameters),
  });
  expect(await errorRate(network, test, turn)).toBeLessThan(0.1);
});

async function trained(seed: number, epochs = 8): Promise<Network> {
  const network = new Network(patternNetwork(new Random(seed)), 16);
  await fit(network, train, {
    ...{ epochs, seed, turn, rate: cosine(3e-3) },
    optimizer: adam(network.engine, network.parameters),
  });
  return network;
}
