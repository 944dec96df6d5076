import { contentsOf } from '../../src/codegen/units.ts';
import { divideWork } from '../../src/lower/cycles.ts';
import type { CandidateCosts } from '../../src/lower/cycles.ts';
import { OPS } from '../../src/ops/index.ts';
import { withUsed } from '../../src/ops/unit.ts';
import { sha256 } from '../../src/support/bytes.ts';
import { memoise } from '../../src/support/memoise.ts';

/** A hash of the texts of all C functions that a candidate's kernel may call: its costs hang on it. */
export function contentsOfCandidate(candidate: string): string | undefined {
  const name = candidate.split(' ')[0];
  return contentsByName(OPS).get(name!);
}

/** Whether costs are still those of a candidate: of the text that it has now, and the same work. */
export function areCurrent(
  { candidate, work }: { candidate: string; work: Readonly<Record<string, number>> },
  costs: CandidateCosts | undefined,
): boolean {
  const counted = Object.keys(divideWork(work).own).sort().join();
  return (
    costs?.contents === contentsOfCandidate(candidate) &&
    Object.keys(costs!.cycles).sort().join() === counted
  );
}

// Kernels of one name have their costs together.
const contentsByName = memoise((ops: typeof OPS) => {
  const texts = new Map<string, readonly string[]>();
  for (const { name, units } of ops.flatMap(({ kernels }) => kernels)) {
    const known = texts.get(name) ?? [];
    const own = units.flatMap(({ all }) => all.flatMap(withUsed)).map(contentsOf);
    texts.set(name, [...known, ...own.filter((text) => !known.includes(text))]);
  }
  const hash = (text: string) => sha256(new TextEncoder().encode(text)).slice(0, 16);
  return new Map([...texts].map(([name, all]) => [name, hash(all.join())]));
});
