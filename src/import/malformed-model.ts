import type { Diagnostic } from '../support/diagnostics.ts';

/** Collects what is wrong with the structure of a model's file. */
export function malformedModel(file: string): {
  readonly problems: Diagnostic[];
  fail(message: string): void;
} {
  const problems: Diagnostic[] = [];
  const hint = 'export the model again';
  return {
    problems,
    fail: (message) => problems.push({ code: 'malformed-model', message, where: file, hint }),
  };
}
