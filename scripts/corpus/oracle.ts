import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { tensorOf } from '../../src/ir/graph.ts';
import type { Graph } from '../../src/ir/types.ts';
import { byteLength } from '../../src/ir/types.ts';
import { valueFromBytes } from '../../src/ir/values.ts';
import {
  makeTemporaryFolder,
  removeFolder,
  writeTemporary,
} from '../../src/system/temporary-folder.ts';

/** Floats may differ by the order of sums and by other polynomials. */
const TOLERANCE = 1e-5;
const TIMEOUT_MS = 60_000;

/**
 * Runs `PROGRAM MODEL INPUT OUTPUT`, somebody else's interpreter, and compares the outputs of a graph
 * with what it writes: 'equal', 'differs …', or 'none …' where it does not run the model.
 */
export async function askOracle(
  program: string,
  file: string,
  { graph, input, got }: { graph: Graph; input: Uint8Array; got: Uint8Array },
): Promise<string> {
  const folder = await makeTemporaryFolder();
  const [from, to] = [path.join(folder, 'in.bin'), path.join(folder, 'out.bin')];
  try {
    await writeTemporary(from, input);
    execFileSync(program, [file, from, to], { stdio: 'pipe', timeout: TIMEOUT_MS });
    return compareNumbers(graph, got, new Uint8Array(readFileSync(to)));
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? error);
    return `none (${said.trim().split('\n').at(-1)!.slice(0, 60)})`;
  } finally {
    await removeFolder(folder);
  }
}

function compareNumbers(graph: Graph, got: Uint8Array, wanted: Uint8Array): string {
  if (got.length !== wanted.length) return `differs (${wanted.length} bytes, not ${got.length})`;
  let start = 0;
  for (const id of graph.outputs) {
    const tensor = tensorOf(graph, id);
    const end = start + byteLength(tensor);
    const [a, b] = [got, wanted].map((bytes) =>
      Array.from(
        valueFromBytes(tensor, bytes.subarray(start, end)).data as ArrayLike<number>,
        Number,
      ),
    ) as [number[], number[]];
    const near = tensor.dtype === 'float32' ? TOLERANCE : 0;
    const apart = a.filter((x, i) => !isNear(x, b[i]!, near)).length;
    const most = a.reduce((worst, x, i) => Math.max(worst, Math.abs(x - b[i]!) || 0), 0);
    if (apart > 0) return `differs (${apart} of ${a.length} by up to ${most.toPrecision(3)})`;
    start = end;
  }
  return 'equal';
}

function isNear(a: number, b: number, tolerance: number): boolean {
  return Object.is(a, b) || a === b || Math.abs(a - b) <= tolerance * (1 + Math.abs(b));
}
