import { BUILTIN_OPERATORS } from '../../src/formats/tflite/names.ts';
import { importModel } from '../../src/import/import-model.ts';
import { tensorOf } from '../../src/ir/graph.ts';
import type { Graph, Tensor } from '../../src/ir/types.ts';
import { byteLength, elements } from '../../src/ir/types.ts';
import { Random } from '../../src/support/random.ts';
import { FLOAT_MAKERS } from './float-files.ts';
import { writeTflite } from './tflite-writer.ts';
import type { FileModel } from './tflite-writer.ts';
import { UINT8_MAKERS } from './uint8-files.ts';

/** A file that somebody else's interpreter runs beside ours. */
export interface OracleJob {
  readonly name: string;
  readonly made: FileModel;
  readonly file: Uint8Array;
  readonly graph: Graph;
  readonly inputs: readonly Uint8Array[];
}

/** So many files of a maker are looked at: enough to see everything that it makes. */
const TRIES = 200;

/**
 * `each` files of every maker, and those after them that have an operator, or an option, that none
 * before has; from seeds that their names tell.
 */
export function oracleJobs(seed: number, each: number): OracleJob[] {
  const reached = new Set<string>();
  return Object.entries({ ...FLOAT_MAKERS, ...UINT8_MAKERS }).flatMap(([maker, make], i) =>
    Array.from({ length: TRIES }, (_, n) => {
      const random = new Random(seed + 1000 * i + n);
      const made = make(random);
      const traits = traitsOf(made).filter((trait) => !reached.has(trait));
      if (n >= each && traits.length === 0) return [];
      for (const trait of traits) reached.add(trait);
      return [jobOf(`${maker}, seed ${random.seed}`, made, random)];
    }).flat(),
  );
}

/** The operators of a file, alone and with each option that is set. */
export function traitsOf({ operators }: FileModel): string[] {
  return operators.flatMap(({ code, options = [] }) => {
    const name = BUILTIN_OPERATORS[code as number]!;
    const set = options.filter(([, , value]) => value !== 0);
    return [name, ...set.map(([field]) => `${name} ${field}`)];
  });
}

function jobOf(name: string, made: FileModel, random: Random): OracleJob {
  const file = writeTflite(made);
  const graph = importModel(file, name);
  const inputs = graph.inputs.map((id) => inputOf(tensorOf(graph, id), random));
  return { name, made, file, graph, inputs };
}

// Any bytes, small numbers of either sign, or numbers where the activation functions bend.
function inputOf(tensor: Tensor, random: Random): Uint8Array {
  const length = elements(tensor);
  if (tensor.dtype === 'uint8')
    return Uint8Array.from({ length: byteLength(tensor) }, () => random.int(0, 255));
  if (tensor.dtype === 'int32')
    return new Uint8Array(Int32Array.from({ length }, () => random.int(-9, 9)).buffer);
  return new Uint8Array(Float32Array.from({ length }, () => random.real(-4, 4)).buffer);
}
