import { CompileError, InternalError } from '../support/diagnostics.ts';
import type { Board } from '../target/board.ts';

/** The error of a failed link in the words of who asked: the firmware does not fit; others as they are. */
export function explainOverflow(error: unknown, { name, memory }: Board): unknown {
  if (!(error instanceof InternalError)) return error;
  const found = [...error.message.matchAll(/region [`'"]+(\w+)["']+ overflowed by (\d+) bytes/g)];
  const problems = found.flatMap(([, region, bytes]) => {
    const full = memory.find((m) => m.name === region);
    return full ? [{ full, bytes }] : [];
  });
  if (problems.length === 0) return error;
  return new CompileError(
    problems.map(({ full, bytes }) => ({
      code: `does-not-fit-${full.kind}`,
      message: `the linked firmware takes ${bytes} B more than the memory "${full.name}" of ${name} has`,
      hint: 'it takes a little more than was predicted: use a smaller model, or a larger board',
    })),
    'answer-is-no',
  );
}
