import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build-once.ts'],
    testTimeout: 900_000,
    hookTimeout: 900_000,
    // Each file builds firmware or runs interpreters; while one waits for a program, two others compute.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
  },
});
