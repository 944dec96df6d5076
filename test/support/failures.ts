import { CompileError } from '../../src/support/diagnostics.ts';

/** The coded error with which something ends; throws when it ends otherwise. */
export async function failureOf(outcome: Promise<unknown>): Promise<CompileError> {
  const error: unknown = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof CompileError) return error;
  throw new Error(`no coded error: ${String(error)}`);
}

export async function codeOf(outcome: Promise<unknown>): Promise<string> {
  return (await failureOf(outcome)).diagnostics[0]!.code;
}
