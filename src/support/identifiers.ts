import { isReserved } from './reserved-words.ts';

/** A C identifier made of any text: safe in generated code and as a file name. */
export function toIdentifier(text: string, fallback = 'model'): string {
  const cleaned = text
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/_{2,}/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 60);
  if (cleaned === '') return fallback;
  return /^[0-9]/.test(cleaned) || isReserved(cleaned) ? `${fallback}_${cleaned}` : cleaned;
}

/** Any text as a readable part of a C comment: printable ASCII, no comment ends or line splices. */
export function toComment(text: string): string {
  const plain = text
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/\*\//g, '*_/')
    .replace(/\/\*/g, '/_*');
  return plain.replace(/\\/g, '/').replace(/\?\?/g, '?_?').slice(0, 80);
}

/** A long name cut for a message: converters join the names of all that they fused with semicolons. */
export function shorten(name: string): string {
  const first = name.split(';')[0]!;
  return first.length <= 60 ? first : `${first.slice(0, 57)}...`;
}
