import { readFileSync } from 'node:fs';
import { readOnnx } from '../../src/formats/onnx/read.ts';
import { markdownCell } from '../../src/support/printable.ts';
import type { SuiteTest } from './suite.ts';

/** A test that did not pass, and where it stopped. */
export interface Failure {
  readonly name: string;
  readonly where: string;
  readonly why: string;
}

/** Counts of others on the same tests (onnx/backend/test/data of ONNX v1.22.0, 2026-11-25). */
const PEERS = [
  ['emx-onnx-cgen 0952ecc', 'C, by its own table, on the host', 1426],
  ['ONNX Runtime 1.30 native', 'C++, measured', 1328],
  ['ONNX Runtime 1.30 web', 'WebAssembly, measured', 1319],
  ['tract 38b383f', 'Rust, by its list of tests', 1127],
  ['onnx2c ea045cc', 'C, built and measured', 652],
  ['libonnx e6129da', 'interpreter in C, built and measured', 558],
] as const;

/** CONFORMANCE.md: how many tests pass, by operator, and each that does not, with the reason. */
export function conformancePage(
  tests: readonly SuiteTest[],
  failed: readonly Failure[],
  where: readonly string[],
): string {
  const failures = new Map(failed.map((each) => [each.name, each]));
  const byOperator = new Map<string, { passed: number; total: number }>();
  for (const test of tests) {
    for (const operator of operatorsOf(test)) {
      const counts = byOperator.get(operator) ?? { passed: 0, total: 0 };
      byOperator.set(operator, {
        passed: counts.passed + (failures.has(test.name) ? 0 : 1),
        total: counts.total + 1,
      });
    }
  }
  const rows = [...byOperator].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    '# ONNX conformance',
    '',
    'Written by `npm run conformance -- --write`; do not edit. The tests are the 1,426 of ONNX v1.22.0’s',
    'backend suite with static shapes and the types that microcontrollers have; inputs that are shapes, axes or',
    'sizes are frozen to the test’s values. A test passes when the reference is within ONNX’s own tolerance',
    '(rtol 1e-3, atol 1e-7, no exception for any test) and the generated C gives the reference’s bytes: on the',
    'host under sanitizers, on an emulated Cortex-M4 (qemu), and for a tenth of the tests on a Cortex-M0+.',
    '',
    `**${tests.length - failures.size} of ${tests.length} tests pass** (run on: ${where.join(', ')}).`,
    '',
    '| others | what it is | tests |',
    '| --- | --- | --- |',
    ...PEERS.map(([name, what, count]) => `| ${name} | ${what} | ${count} |`),
    '',
    '## By operator',
    '',
    '| operator | passed | tests it is in |',
    '| --- | --- | --- |',
    ...rows.map(([operator, { passed, total }]) => `| ${operator} | ${passed} | ${total} |`),
    '',
    '## Not passed',
    '',
    '| test | where | why |',
    '| --- | --- | --- |',
    ...[...failures.values()].map(
      ({ name, where, why }) => `| ${name} | ${where} | ${markdownCell(shortened(why))} |`,
    ),
    '',
  ].join('\n');
}

/** The tests that a page lists as not passed. */
export function knownFailures(page: string): ReadonlySet<string> {
  const list = page.slice(page.indexOf('## Not passed'));
  return new Set([...list.matchAll(/^\| ([\w-]+\/[^ ]+) \|/gm)].map(([, name]) => name!));
}

function operatorsOf({ model }: SuiteTest): string[] {
  const { graph } = readOnnx(new Uint8Array(readFileSync(model)));
  return [...new Set(graph.nodes.map(({ type }) => type))];
}

// Without the error's code and the file's name, which every row would have.
function shortened(why: string): string {
  const text = why.replace(/^error\[[\w-]+\]: /, '');
  return text.length > 160 ? `${text.slice(0, 157)}...` : text;
}
