import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

/** They stand in for a module that others load as it is. */
const MOCKING = ['test/workflow/output-folder*.test.ts'];

export default defineConfig({
  test: {
    globalSetup: ['test/support/build-once.ts'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Each file builds firmware or runs interpreters; while one waits for a program, two others compute.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      // No file changes what another one reads: each worker loads the modules once.
      {
        extends: true,
        test: { name: 'all', include: ['test/**/*.test.ts'], exclude: MOCKING, isolate: false },
      },
      { extends: true, test: { name: 'mocking', include: MOCKING } },
    ],
  },
});
