import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ROOT } from '../support/cli.ts';
import { cliFolder } from '../support/cli-folder.ts';

const { folder, thimble } = cliFolder();

// The files that a run loaded, as V8's coverage lists them.
async function loadedBy(args: readonly string[]): Promise<string[]> {
  const coverage = mkdtempSync(path.join(folder, 'loaded-'));
  const { code } = await thimble(args, { NODE_V8_COVERAGE: coverage });
  expect(code).toBe(0);
  const [file = ''] = readdirSync(coverage);
  const { result } = JSON.parse(readFileSync(path.join(coverage, file), 'utf8')) as {
    result: { url: string }[];
  };
  return result.flatMap(({ url }) => (url.startsWith('file:') ? [fileURLToPath(url)] : []));
}

// Seconds hang on the machine; what is loaded does not.
it.each(['--version', '--help'])(
  '%s loads the options, and nothing that does the work',
  async (option) => {
    const loaded = await loadedBy([option]);
    const packages = loaded.flatMap(
      (file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [],
    );
    expect(new Set(packages)).toEqual(new Set(['commander']));
    const own = loaded.filter((file) => file.startsWith(path.join(ROOT, 'dist')));
    const bytes = own.reduce((sum, file) => sum + readFileSync(file).length, 0);
    expect(own.length).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(100_000);
  },
);
