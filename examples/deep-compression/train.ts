/**
 * Trains a LeNet from scratch and compresses it: dense training, pruning, shared values, int8, Huffman. Writes
 * the model, and the figures that prove.ts prints beside it.
 *   npx tsx examples/deep-compression/train.ts lenet300 [--data DIR] [--seed 1] [--epochs 3,7,1] [-o DIR]
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bytesOf } from '../../src/support/bytes.ts';
import { compressNetwork } from '../../src/train/compress-network.ts';
import { errorRate } from '../../src/train/evaluate.ts';
import { cosine, fit } from '../../src/train/fit.ts';
import { Network } from '../../src/train/network.ts';
import { adam } from '../../src/train/optimizer.ts';
import { storeTrained } from '../../src/workflow/store-trained.ts';
import { writeWhole } from '../../src/workflow/write-file.ts';
import { int8Error } from './answers.ts';
import { compareWithPaper } from './figures.ts';
import type { Figures } from './figures.ts';
import { FASHION, floatsOf, lackingIn, moved, readPictures } from './pictures.ts';
import { RECIPES } from './recipes.ts';
import { floatBytes, prunedBytes, sharedBytes } from './sizes.ts';

/** Pictures that calibrate the ranges of int8. */
const CALIBRATING = 256;
/** Samples of a batch. */
const BATCH = 64;
const RATE = 1e-3;

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: FASHION },
    seed: { type: 'string', default: '1' },
    epochs: { type: 'string' },
    output: { type: 'string', short: 'o', default: 'out/deep-compression' },
  },
});
const recipe = RECIPES.find(({ name }) => name === positionals[0]);
const lacking = lackingIn(given.data);
if (!recipe || lacking) {
  console.error(lacking ?? `name one of ${RECIPES.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
const seed = Number(given.seed);
// Of dense training, of pruning, of sharing.
const epochs = given.epochs?.split(',').map(Number) ?? recipe.epochs;
const [denseEpochs = 1, pruneEpochs = 1, shareEpochs = 1] = epochs;
const { train: pictures, test } = readPictures(given.data);
const train = recipe.moves ? moved(pictures) : pictures;
const say = (text: string) => {
  const seconds = process.cpuUsage().user / 1e6;
  console.log(`${seconds.toFixed(0).padStart(5)} CPU s  ${text}`);
};
const turn = async () => {};

say(`${recipe.title}, seed ${seed}: ${train.count} pictures to train, ${test.count} to test`);
const dense = new Network(recipe.make(seed), BATCH);
await fit(dense, train, {
  ...{ epochs: denseEpochs, seed, turn },
  optimizer: adam(dense.engine, dense.parameters),
  rate: cosine(RATE),
  async afterEpoch(epoch, loss) {
    const error = 100 * (await errorRate(dense, test, turn));
    say(`dense, epoch ${epoch}: loss ${loss.toFixed(4)}, test error ${error.toFixed(2)} %`);
  },
});
const network = new Network(dense.toGraph(), BATCH);
const stages: Figures['stages'] = [];
const sizes = { dense: floatBytes, pruned: prunedBytes, shared: sharedBytes };
await compressNetwork(
  network,
  { train, test },
  {
    seed,
    rates: { prune: RATE, share: RATE / 5 },
    prune: { kept: recipe.kept, epochs: pruneEpochs, until: 0.6 },
    share: { values: () => recipe.values, epochs: shareEpochs },
    distillation: { temperature: 4, share: 0.7 },
  },
  {
    ...{ turn, note: say },
    afterStage: ({ stage, error }) =>
      stages.push({ stage, error, bytes: sizes[stage](network.parameters) }),
  },
);
const calibrating = Array.from({ length: CALIBRATING }, (_, i) => bytesOf(floatsOf(train, i)));
const stored = storeTrained(network.toGraph(), calibrating, recipe.name, {
  ...{ method: 'auto', io: 'int8', perLayer: true },
});
const model = { ...{ name: recipe.name, source: recipe.name }, ...stored };
stages.push({
  stage: 'int8, Huffman',
  error: await int8Error(model, test),
  bytes: stored.bytes.length,
});
const data = path.basename(path.resolve(given.data));
const figures: Figures = {
  ...{ data, seed, epochs, train: train.count, test: test.count },
  stages,
};
mkdirSync(given.output, { recursive: true });
const file = path.join(given.output, `${recipe.name}-${data}`);
await writeWhole(`${file}.thimble`, stored.bytes);
await writeWhole(`${file}.json`, Buffer.from(`${JSON.stringify(figures, null, 2)}\n`));
console.log(
  ['', ...compareWithPaper(recipe, figures), '', `written to ${file}.thimble`].join('\n'),
);
