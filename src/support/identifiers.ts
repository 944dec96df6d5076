const RESERVED = new Set(
  (
    'auto break case char const continue default do double else enum extern float for goto if inline int long register ' +
    'restrict return short signed sizeof static struct switch typedef union unsigned void volatile while bool ' +
    // Files and names of the generated firmware.
    'main platform startup host link firmware runtime thimble model arena inputs outputs reset vectors'
  ).split(' '),
);

/** A C identifier made of any text: safe in generated code and as a file name. */
export function toIdentifier(text: string, fallback = 'model'): string {
  const cleaned = text
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/_{2,}/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 60);
  if (cleaned === '') return fallback;
  const taken = RESERVED.has(cleaned.toLowerCase()) || /^(nn|platform|thimble)_/.test(cleaned);
  return /^[0-9]/.test(cleaned) || taken ? `${fallback}_${cleaned}` : cleaned;
}

/** Any text as a readable part of a C comment: printable ASCII, no comment ends or line splices. */
export function toComment(text: string): string {
  const plain = text
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/\*\//g, '*_/')
    .replace(/\/\*/g, '/_*');
  return plain.replace(/\\/g, '/').replace(/\?\?/g, '?_?').slice(0, 80);
}

/** Gives each text an identifier that no earlier one got. */
export class UniqueIdentifiers {
  readonly #taken = new Set<string>();

  make(text: string, fallback: string): string {
    const base = toIdentifier(text, fallback);
    let name = base;
    for (let i = 2; this.#taken.has(name.toLowerCase()); i++) name = `${base}_${i}`;
    this.#taken.add(name.toLowerCase());
    return name;
  }
}

/** A long name cut for a message: converters join the names of all that they fused with semicolons. */
export function shorten(name: string): string {
  const first = name.split(';')[0]!;
  return first.length <= 60 ? first : `${first.slice(0, 57)}...`;
}
