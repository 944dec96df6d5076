import path from 'node:path';
import { CompileError } from '../support/diagnostics.ts';
import { badLabels, readLabels, readLines } from './labels.ts';
import type { Vector } from './vectors.ts';

/** The names of a model's classes, and the class of each input, where something says it. */
export interface Truth {
  readonly names: readonly string[];
  readonly classes: readonly (number | undefined)[];
}

/**
 * What folders, or a .csv of FILE,CLASS, say of inputs. Classes are the names of a text file of
 * labels; without one whole numbers are indices, and other names stand in alphabetical order.
 */
export async function truthOf(
  vectors: readonly Vector[],
  classCount: number,
  labels?: string,
): Promise<Truth> {
  const isTable = labels !== undefined && /\.csv$/i.test(labels);
  const said = isTable ? await readTable(labels, vectors) : vectors.map(({ label }) => label);
  const names =
    labels !== undefined && !isTable
      ? await readLabels(labels, classCount)
      : namesOf(said, classCount, labels ?? 'the folders of --inputs');
  const unknown = [...new Set(said)].filter((name) => name !== undefined && !names.includes(name));
  if (unknown.length === 0)
    return {
      names,
      classes: said.map((name) => (name === undefined ? name : names.indexOf(name))),
    };
  throw new CompileError(
    unknown.flatMap(
      (name) => badLabels(labels ?? '--inputs', `no class is named "${name}"`).diagnostics,
    ),
  );
}

function namesOf(said: readonly (string | undefined)[], count: number, where: string): string[] {
  const names = [...new Set(said)].filter((name) => name !== undefined).sort();
  const indices = Array.from({ length: count }, (_, i) => String(i));
  if (names.every((name) => /^\d+$/.test(name))) return indices;
  if (names.length === count) return names;
  throw badLabels(
    where,
    `there are ${names.length} names (${names.slice(0, 3).join(', ')}${names.length > 3 ? ' …' : ''}), the model's output has ${count} classes: name all of them with --labels`,
  );
}

// Paths as below --inputs, or the names of files alone; a first line that names no input is a heading.
async function readTable(
  file: string,
  vectors: readonly Vector[],
): Promise<(string | undefined)[]> {
  const rows = (await readLines(file)).map((line) => {
    const comma = line.lastIndexOf(',');
    return [line.slice(0, comma).trim(), line.slice(comma + 1).trim()] as const;
  });
  const known = new Map<string, number>();
  // Names that files of several folders have say nothing.
  const shared = new Set<string>();
  for (const [i, { file = '' }] of vectors.entries()) {
    const name = path.posix.basename(file);
    if (known.has(name)) shared.add(name);
    known.set(name, i);
  }
  for (const name of shared) known.delete(name);
  for (const [i, { file = '' }] of vectors.entries()) known.set(file, i);
  const classes: (string | undefined)[] = vectors.map(() => undefined);
  const lost: string[] = [];
  for (const [i, [input, name]] of rows.entries()) {
    const index = known.get(input);
    if (index !== undefined) classes[index] = name;
    else if (i > 0) lost.push(input);
  }
  if (lost.length === 0) return classes;
  throw new CompileError(
    lost.flatMap((input) => badLabels(file, `no input is "${input}"`).diagnostics),
  );
}
