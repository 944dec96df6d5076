import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOnnxTensor } from '../../src/formats/onnx/read.ts';
import type { OnnxTensor } from '../../src/formats/onnx/records.ts';

/** One test of ONNX's backend suite: a model, and inputs with the outputs that it has to give. */
export interface SuiteTest {
  /** 'node/test_add'. */
  readonly name: string;
  readonly model: string;
  readonly sets: readonly string[];
}

/** Tensors of a data set, in the order of the model's inputs or outputs; undefined is one left out. */
export function readSet(folder: string, kind: 'input' | 'output'): (OnnxTensor | undefined)[] {
  const numbers = readdirSync(folder)
    .map((file) => new RegExp(`^${kind}_(\\d+)\\.pb$`).exec(file)?.[1])
    .filter((number) => number !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
  const count = 1 + Math.max(-1, ...numbers);
  return Array.from({ length: count }, (_, i) => {
    const file = path.join(folder, `${kind}_${i}.pb`);
    return existsSync(file) ? readOnnxTensor(new Uint8Array(readFileSync(file))) : undefined;
  });
}

/** Every test below a folder, in the order of their names. */
export function findTests(folder: string): SuiteTest[] {
  const found: SuiteTest[] = [];
  const visit = (at: string) => {
    const entries = readdirSync(at);
    if (entries.includes('model.onnx')) {
      const sets = entries.filter((entry) => entry.startsWith('test_data_set_')).sort();
      found.push({
        name: path.relative(folder, at),
        model: path.join(at, 'model.onnx'),
        sets: sets.map((set) => path.join(at, set)),
      });
      return;
    }
    for (const entry of entries) {
      const file = path.join(at, entry);
      if (statSync(file).isDirectory()) visit(file);
    }
  };
  visit(folder);
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The folder of the suite: the given one, or the archive beside the checkout, unpacked. */
export function suiteFolder(given: string | undefined): string {
  if (given !== undefined) return given;
  const shared = fileURLToPath(new URL('../../../shared/onnx-tests/', import.meta.url));
  const archive =
    existsSync(shared) && readdirSync(shared).find((file) => file.endsWith('.tar.gz'));
  if (!archive)
    throw new Error('no suite: give --suite FOLDER, of onnx/backend/test/data of ONNX v1.22.0');
  const folder = mkdtempSync(path.join(tmpdir(), 'thimble-conformance-'));
  execFileSync('tar', ['xzf', path.join(shared, archive), '-C', folder]);
  return folder;
}
