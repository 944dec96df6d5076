import { CompileError, nearest } from '../../support/diagnostics.ts';
import { CODES } from '../codes.ts';
import type { Context } from '../context.ts';

/** `thimble explain CODE`: what an error means and what can be done. */
export function explainCommand(code: string, context: Context): void {
  const text = Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  if (text === undefined) {
    const close = nearest(code, Object.keys(CODES));
    throw new CompileError({
      code: 'unknown-code',
      message: `no error has the code "${code}"`,
      hint: close ? `did you mean "${close}"?` : `codes are: ${Object.keys(CODES).join(', ')}`,
    });
  }
  context.output.result([code, '', text], { code, text });
}
