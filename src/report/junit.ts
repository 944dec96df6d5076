/** One checked thing: a vector, or a layer. */
export interface TestCase {
  readonly suite: string;
  readonly name: string;
  readonly seconds?: number;
  /** Why it failed; undefined when it passed. */
  readonly failure?: string;
  readonly skipped?: string;
}

/** JUnit XML, as CI systems read it. */
export function formatJUnit(name: string, cases: readonly TestCase[]): string {
  const suites = [...new Set(cases.map(({ suite }) => suite))].map((suite) => {
    const own = cases.filter((each) => each.suite === suite);
    return [
      `  <testsuite ${attributes(suite, own)}>`,
      ...own.map(formatCase),
      '  </testsuite>',
    ].join('\n');
  });
  const head = `<testsuites ${attributes(name, cases)}>`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', head, ...suites, '</testsuites>', ''].join(
    '\n',
  );
}

function attributes(name: string, cases: readonly TestCase[]): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const skipped = cases.filter((each) => each.skipped !== undefined).length;
  return `name="${escape(name)}" tests="${cases.length}" failures="${failures}" skipped="${skipped}"`;
}

function formatCase({ suite, name, seconds, failure, skipped }: TestCase): string {
  const time = seconds === undefined ? '' : ` time="${seconds.toFixed(3)}"`;
  const head = `    <testcase classname="${escape(suite)}" name="${escape(name)}"${time}`;
  if (failure !== undefined) {
    const first = failure.split('\n')[0]!;
    return `${head}>\n      <failure message="${escape(first)}">${escape(failure)}</failure>\n    </testcase>`;
  }
  if (skipped !== undefined) return `${head}><skipped message="${escape(skipped)}"/></testcase>`;
  return `${head}/>`;
}

function escape(text: string): string {
  const legal = text.replace(/[^\x09\x0a\x20-\ud7ff\ue000-\ufffd]/g, '?');
  return legal
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}
