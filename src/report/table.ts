/** Rows as lines in columns; numbers stand to the right. The first row is the heading. */
export function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]!.length)),
  );
  const numeric = widths.map((_, column) =>
    rows.slice(1).every((row) => /^[-\d.,]*( ?[KM]?B|%)?$/.test(row[column]!)),
  );
  return rows.map((row) =>
    row
      .map((cell, i) => (numeric[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}

/** 7489664 to '7,489,664'. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
