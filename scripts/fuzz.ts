/**
 * Mutated model files through import, passes, reference and, for a share of them, C on the host:
 *   npm run fuzz -- --seconds 60 [--seed 1] [--host 0.05]
 * Prints what became of them; ends with 1, and keeps the file, at the first uncoded error,
 * difference, or case that takes too long.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeThimble } from '../src/formats/thimble/container.ts';
import { Random } from '../src/support/random.ts';
import { mutate } from '../test/support/file-mutations.ts';
import { seedModel } from '../test/support/file-seeds.ts';
import { judgeFile } from '../test/support/judge-file.ts';
import { mutateOnnx } from '../test/support/onnx-mutations.ts';
import { ONNX_SEEDS } from '../test/support/onnx-seeds.ts';
import { encodeOnnx, onnxMessage } from '../test/support/onnx-writer.ts';
import { writeTflite } from '../test/support/tflite-writer.ts';
import { mutateThimble } from '../test/support/thimble-mutations.ts';
import { thimbleSeed } from '../test/support/thimble-seeds.ts';

const LONGEST_MS = 20_000;
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    host: { type: 'string', default: '0.05' },
  },
});
const [seconds, first, share] = [values.seconds, values.seed, values.host].map(Number) as [
  number,
  number,
  number,
];
const makers = {
  tflite: (random: Random) => writeTflite(mutate(seedModel(random), random)),
  onnx: (random: Random) => encodeOnnx(mutateOnnx(onnxMessage(random.pick(ONNX_SEEDS)), random)),
  thimble: (random: Random) => writeThimble(mutateThimble(thimbleSeed(random), random)),
};
const end = performance.now() + seconds * 1000;
const seen = new Map<string, number>();
let seed = first;
for (; performance.now() < end; seed++) {
  const random = new Random(seed);
  const format = random.pick(['tflite', 'tflite', 'tflite', 'onnx', 'onnx', 'thimble'] as const);
  const file = makers[format](random);
  const started = performance.now();
  try {
    const outcome = await judgeFile(file, seed, random.chance(share));
    seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    if (performance.now() - started > LONGEST_MS) throw new Error('it takes too long');
  } catch (error) {
    const kept = path.join(
      mkdtempSync(path.join(tmpdir(), 'thimble-fuzz-')),
      `seed-${seed}.${format}`,
    );
    writeFileSync(kept, file);
    console.error(`seed ${seed}: ${(error as Error).stack ?? String(error)}\nthe file is ${kept}`);
    process.exitCode = 1;
    break;
  }
}
console.log(
  `${seed - first} files from seed ${first}: ${[...seen].map(([k, n]) => `${n} ${k}`).join(', ')}`,
);
