/**
 * A value as the printed IR shows it: JSON, and the numbers that JSON has no words for (-0, NaN,
 * Infinity). Members that are undefined are left out. `Scanner.literal` reads it back.
 */
export function printLiteral(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (Array.isArray(value)) return `[${value.map(printLiteral).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${printLiteral(member)}`).join(',')}}`;
}
