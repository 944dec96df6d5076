import { printable } from './printable.ts';

/** One problem in the user's input: what, where, and what to do. */
export interface Diagnostic {
  /** Kebab-case, unique to one kind of problem, explained by `thimble explain CODE`. */
  readonly code: string;
  readonly message: string;
  /** File, operator, field: whatever leads the user to the place. */
  readonly where?: string;
  readonly notes?: readonly string[];
  readonly hint?: string;
}

/** What the exit code of the command becomes (cli.md, "Exit codes"). */
export type Failure = 'answer-is-no' | 'bad-input' | 'tool-missing' | 'run-failed';

/** The user's input is at fault. Carries every problem of the stage that raised it. */
export class CompileError extends Error {
  readonly diagnostics: readonly Diagnostic[];
  readonly failure: Failure;

  constructor(diagnostics: Diagnostic | readonly Diagnostic[], failure: Failure = 'bad-input') {
    const list = 'code' in diagnostics ? [diagnostics] : diagnostics;
    super(list.map(formatDiagnostic).join('\n'));
    this.name = 'CompileError';
    this.diagnostics = list;
    this.failure = failure;
  }
}

/** thimble itself is at fault: a broken invariant. */
export class InternalError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InternalError';
  }
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InternalError(message);
}

/** Throws when `diagnostics` holds anything: the end of a stage that collects its problems. */
export function throwIfAny(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length > 0) throw new CompileError(diagnostics);
}

export function formatWarning(diagnostic: Diagnostic): string {
  return formatDiagnostic(diagnostic).replace(/^error/, 'warning');
}

export function formatDiagnostic(diagnostic: Diagnostic): string {
  const lines = [`error[${diagnostic.code}]: ${printable(diagnostic.message)}`];
  if (diagnostic.where) lines.push(`  --> ${printable(diagnostic.where)}`);
  for (const note of diagnostic.notes ?? []) lines.push(`  note: ${printable(note)}`);
  if (diagnostic.hint) lines.push(`  hint: ${printable(diagnostic.hint)}`);
  return lines.join('\n');
}

/** The candidate nearest to `word`, when it is near enough to be a slip of the keyboard. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(2, word.length / 3) ? best.candidate : undefined;
}

// Levenshtein distance, one row at a time.
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
