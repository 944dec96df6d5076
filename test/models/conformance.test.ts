import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { knownFailures } from '../../scripts/conformance/page.ts';
import { runReference } from '../../scripts/conformance/reference.ts';
import { findTests, suiteFolder } from '../../scripts/conformance/suite.ts';
import { removeFolder } from '../../src/system/temporary-folder.ts';
import { SHARED } from '../support/shared.ts';

const hasSuite = existsSync(path.join(SHARED, 'onnx-tests'));
const page = readFileSync(new URL('../../CONFORMANCE.md', import.meta.url), 'utf8');

describe.skipIf(!hasSuite)('a tenth of ONNX’s backend tests', () => {
  const folder = hasSuite ? suiteFolder(undefined) : '';
  afterAll(() => removeFolder(folder));

  it('passes on the reference, but for those that CONFORMANCE.md lists', () => {
    const known = knownFailures(page);
    const tests = findTests(folder).filter(({ name }, i) => i % 10 === 0 && !known.has(name));
    expect(tests.length).toBeGreaterThan(100);
    for (const test of tests) expect(() => runReference(test), test.name).not.toThrow();
  }, 120_000);
});
