import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { writeThimble } from '../../src/formats/thimble/container.ts';
import { toThimble } from '../../src/import/from-thimble.ts';
import { importModel } from '../../src/import/import-model.ts';
import { OPS } from '../../src/ops/index.ts';
import { compile } from '../../src/pipeline.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import { Random } from '../../src/support/random.ts';
import { HOST_TARGET } from '../../src/target/target.ts';
import {
  smallFloatNetwork,
  smallNetwork,
  smallTflite,
  thimbleFile,
} from '../support/small-model.ts';
import { hasShared, modelFile } from '../support/shared.ts';

const SEED = Number(process.env.THIMBLE_SEED ?? 20261124);
/** Damaged files of each small model, and of each published one, which take long to compile where they still can be. */
const CASES = { small: 800, published: 50 };

console.log(`damaged files: seed ${SEED} (THIMBLE_SEED), ${JSON.stringify(CASES)} cases`);

type Damage = (bytes: Uint8Array, random: Random) => Uint8Array;

const DAMAGES: readonly Damage[] = [
  (bytes, random) => bytes.subarray(0, random.int(0, bytes.length - 1)),
  (bytes, random) => flip(bytes, random, 1),
  (bytes, random) => flip(bytes, random, random.int(2, 40)),
  // Bits of the tables, which stand near the end and the beginning, rather than of the weights.
  (bytes, random) => flip(bytes, random, random.int(1, 6), Math.min(4000, bytes.length)),
  (_, random) => Uint8Array.from({ length: random.int(0, 400) }, () => random.int(0, 255)),
  (_, random) => {
    const bytes = Uint8Array.from({ length: random.int(8, 400) }, () => random.int(0, 255));
    bytes.set(Buffer.from('TFL3'), 4);
    return bytes;
  },
  (bytes, random) => splice(bytes, random),
];

function flip(bytes: Uint8Array, random: Random, times: number, within = bytes.length): Uint8Array {
  const copy = bytes.slice();
  const start = random.chance(0.5) ? 0 : bytes.length - within;
  for (let i = 0; i < times; i++) copy[start + random.int(0, within - 1)]! ^= 1 << random.int(0, 7);
  return copy;
}

function splice(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  const length = random.int(1, Math.min(64, bytes.length));
  copy.copyWithin(
    random.int(0, bytes.length - length),
    random.int(0, bytes.length - length),
    length,
  );
  return copy;
}

// What a user may see: a program, or an error with a code. Anything else escapes and fails the test.
function outcomeOf(bytes: Uint8Array): string {
  try {
    compile(bytes, HOST_TARGET, { name: 'damaged' });
    return 'compiled';
  } catch (error) {
    if (error instanceof CompileError) return error.diagnostics[0]!.code;
    throw error;
  }
}

function sources(): [string, Uint8Array, number][] {
  const own: [string, Uint8Array, number][] = [
    ['small.thimble', thimbleFile(smallNetwork()), CASES.small],
    ['small.tflite', smallTflite(), CASES.small],
  ];
  if (!hasShared) return own;
  const models = ['micro_speech_quantized', 'mnist_lstm_int8', 'kws_ref_model'];
  return [
    ...own,
    ...models.map((name): [string, Uint8Array, number] => [
      name,
      new Uint8Array(readFileSync(modelFile(name))),
      CASES.published,
    ]),
  ];
}

describe('damaged files give a coded error or a program, never a crash', () => {
  const files = sources();
  it.each(files.map(([name], i) => ({ name, i })))('$name', ({ i }) => {
    const [, bytes, cases] = files[i]!;
    const random = new Random(SEED + i);
    const seen = new Map<string, number>();
    for (let n = 0; n < cases; n++) {
      const damaged = DAMAGES[n % DAMAGES.length]!(bytes, random);
      let outcome: string;
      try {
        outcome = outcomeOf(damaged);
      } catch (error) {
        throw new Error(`case ${n} of seed ${SEED + i}`, { cause: error });
      }
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
    expect(seen.size).toBeGreaterThan(1);
  });
});

// What somebody could write into a file by hand, whose checksum is right.
describe(`a .thimble file with senseless contents (seed ${SEED})`, () => {
  const VALUES = [0, -1, 1e9, 1.5, 'x', null, [], {}, true, [0, 0], [1e9, 1e9], [1], 99];
  type Loose = {
    tensors: Record<string, unknown>[];
    nodes: { attributes: string; op: string; inputs: number[]; outputs: number[] }[];
  };
  const SPOILS: readonly ((model: Loose, random: Random) => void)[] = [
    ({ nodes }, random) => {
      const node = random.pick(nodes);
      const attributes = JSON.parse(node.attributes) as Record<string, unknown>;
      const keys = Object.keys(attributes);
      if (keys.length > 0) attributes[random.pick(keys)] = random.pick<unknown>(VALUES);
      node.attributes = JSON.stringify(attributes);
    },
    ({ tensors }, random) => {
      const quantization = {
        scales: random.pick([[], [0], [-1], [1e30], [1, 2]]),
        zero_points: [0],
      };
      Object.assign(
        random.pick(tensors),
        random.pick<object>([
          { dtype: random.pick(['int8', 'float32', 'int32', 'int64', 'float16', 'zzz']) },
          { shape: Array.from({ length: random.int(0, 7) }, () => random.int(0, 9)) },
          { quantization },
          { quantization: undefined },
        ]),
      );
    },
    ({ nodes }, random) => {
      const node = random.pick(nodes);
      const side = random.pick(['inputs', 'outputs'] as const);
      node[side] = node[side].map((id) => (random.chance(0.5) ? random.int(0, 20) : id));
      if (random.chance(0.3)) node[side] = node[side].slice(1);
    },
    ({ nodes }, random) => (random.pick(nodes).op = random.pick([...OPS]).name),
  ];

  it('gives a coded error or a program, never a crash', () => {
    const random = new Random(SEED);
    const seen = new Set<string>();
    for (let n = 0; n < 1500; n++) {
      const graph = random.chance(0.5) ? smallNetwork() : smallFloatNetwork();
      const model = structuredClone(toThimble(graph, 'fuzz'));
      SPOILS[n % SPOILS.length]!(model as unknown as Loose, random);
      seen.add(outcomeOf(writeThimble(model)));
    }
    expect([...seen].sort()).toEqual(expect.arrayContaining(['compiled', 'malformed-model']));
  });
});

it('a .thimble file is refused when any single byte is altered or missing', () => {
  const bytes = thimbleFile(smallNetwork());
  for (let i = 0; i < bytes.length; i += 7) {
    const altered = bytes.slice();
    altered[i]! ^= 0x10;
    expect(() => importModel(altered, 'altered'), `byte ${i}`).toThrow(CompileError);
    expect(() => importModel(bytes.subarray(0, i), 'cut'), `cut at ${i}`).toThrow(CompileError);
  }
  expect(importModel(bytes, 'whole').nodes).toHaveLength(smallNetwork().nodes.length);
});
