/**
 * Runs ONNX's backend tests through import, the reference interpreter, and generated C on the host and
 * on an emulated Cortex-M4 (a tenth of them on a Cortex-M0+), and writes CONFORMANCE.md.
 *
 *   npm run conformance -- [--suite FOLDER] [--where reference,host,qemu] [--only PATTERN] [--tenth]
 *                          [--report FILE] [--write]
 *
 * The reference has to be within ONNX's tolerance of the suite's outputs, the C equal to the reference
 * byte by byte. --report writes { total, passed, failed: [{ name, where, why }] }; --write renews
 * CONFORMANCE.md. Exits with 1 when a test fails that CONFORMANCE.md counts as passed.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runGenerated } from './conformance/generated.ts';
import type { Machine } from './conformance/generated.ts';
import { conformancePage, knownFailures } from './conformance/page.ts';
import type { Failure } from './conformance/page.ts';
import { runReference } from './conformance/reference.ts';
import type { Case } from './conformance/reference.ts';
import { findTests, suiteFolder } from './conformance/suite.ts';

const PAGE = new URL('../CONFORMANCE.md', import.meta.url);

const { values } = parseArgs({
  options: {
    suite: { type: 'string' },
    where: { type: 'string', default: 'reference,host,qemu' },
    only: { type: 'string' },
    tenth: { type: 'boolean', default: false },
    report: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const where = values.where.split(',');
const pattern = values.only === undefined ? undefined : new RegExp(values.only);

const tests = findTests(suiteFolder(values.suite)).filter(
  ({ name }, i) => (!pattern || pattern.test(name)) && (!values.tenth || i % 10 === 0),
);
const failed: Failure[] = [];
const fail = (name: string, machine: string, why: string) => {
  failed.push({ name, where: machine, why });
  console.log(`${name} (${machine}): ${why}`);
};

const cases: Case[] = [];
for (const test of tests) {
  try {
    cases.push(...runReference(test));
  } catch (error) {
    fail(test.name, 'reference', (error as Error).message.split('\n')[0]!);
  }
}
await runOn('host', cases);
await runOn('qemu', cases);
if (where.includes('qemu'))
  await runOn(
    'qemu-m0plus',
    cases.filter((_, i) => i % 10 === 0),
  );

async function runOn(machine: Machine, some: readonly Case[]): Promise<void> {
  if (!where.includes(machine.split('-')[0]!)) return;
  await runGenerated(some, machine, ({ test }, why) => {
    if (why !== undefined) fail(test.name, machine, why);
  });
}

const failures = new Set(failed.map(({ name }) => name));
const passed = tests.length - failures.size;
console.log(`${passed} of ${tests.length} tests passed on ${where.join(', ')}`);
if (values.report !== undefined)
  writeFileSync(
    values.report,
    `${JSON.stringify({ total: tests.length, passed, failed }, null, 1)}\n`,
  );
if (values.write) writeFileSync(PAGE, conformancePage(tests, failed, where));
const known = existsSync(PAGE) ? knownFailures(readFileSync(PAGE, 'utf8')) : undefined;
const regressions = [...failures].filter((name) => known && !known.has(name));
for (const name of regressions) console.error(`${name} passed before`);
if (regressions.length > 0) process.exitCode = 1;
