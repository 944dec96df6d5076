/** Foreign text as one line that a terminal, a log or a table may show: nothing in it is a command. */
export function printable(text: string): string {
  return defuse(text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd'));
}

/**
 * Lines of which some words are foreign, as text: no control characters, no lines but these, and none that a
 * GitHub runner takes for a command (it looks at the start of a line, blanks aside, for "::", and
 * anywhere for "##[").
 */
export function harmless(lines: readonly string[]): string {
  return lines
    .map((line) => printable(line.replace(/\t/g, '  ')).replace(/^(\s*)::/, '$1| ::'))
    .join('\n');
}

/** A cell of a Markdown table. */
export function markdownCell(text: string): string {
  return printable(text).replace(/[\\`*_~|<>[\]#&!]/g, '\\$&');
}

/** Text of several lines as a block of code in Markdown, with a fence that it does not have itself. */
export function markdownBlock(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

function defuse(text: string): string {
  return text.replaceAll('##[', '# #[');
}
